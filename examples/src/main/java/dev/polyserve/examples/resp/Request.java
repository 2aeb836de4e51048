package dev.polyserve.examples.resp;

import dev.polyserve.Input;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// One request: a name and its arguments, which are any bytes. One object holds the requests of a connection, one after
/// another, so that a request costs no allocation.
///
/// **Thread**: its connection's turn.
final class Request {
    /// How many words one may have.
    static final int MOST_WORDS = 1024;
    private static final int LONGEST_NAME = Long.BYTES;
    /// Makes a letter upper case, and no other byte a letter.
    private static final int UPPER_CASE = 0xdf;
    private static final int FIRST_WORDS = 8;
    /// What a larger request needed is not kept for the next one.
    private static final int KEPT_BYTES = 16 << 10;
    private static final byte[] NOTHING = {};

    private byte[] bytes = NOTHING;
    private int[] starts = new int[FIRST_WORDS];
    private int[] lengths = new int[FIRST_WORDS];
    private int words;
    private String violation = "";

    /// Forgets the request before.
    void clear() {
        words = 0;
        violation = "";
        if (bytes.length > KEPT_BYTES) {
            bytes = NOTHING;
        }
    }

    /// Adds a word by its place in the input.
    void add(int start, int length) {
        if (words == starts.length) {
            starts = Arrays.copyOf(starts, 2 * words);
            lengths = Arrays.copyOf(lengths, 2 * words);
        }
        starts[words] = start;
        lengths[words] = length;
        words++;
    }

    /// Takes the bytes in which its words have their places out of the input.
    void take(Input input, int length) {
        if (bytes.length < length) {
            bytes = new byte[Math.max(length, Math.min(2 * length, KEPT_BYTES))];
        }
        input.read(bytes, 0, length);
    }

    /// This is no request; the connection cannot go on.
    void violates(String how) {
        words = 0;
        violation = how;
    }

    /// How it violates the protocol; empty when it does not.
    String violation() {
        return violation;
    }

    /// How many words it has, with its name; 0 for an empty line.
    int words() {
        return words;
    }

    /// The array in which its words are.
    byte[] bytes() {
        return bytes;
    }

    /// Where a word begins.
    int start(int word) {
        return starts[word];
    }

    /// How many bytes a word has.
    int length(int word) {
        return lengths[word];
    }

    /// A word as a text.
    String text(int word) {
        return new String(bytes, starts[word], lengths[word], StandardCharsets.UTF_8);
    }

    /// A word as an array of its own.
    byte[] copy(int word) {
        return Arrays.copyOfRange(bytes, starts[word], starts[word] + lengths[word]);
    }

    /// A word's letters in one number, whatever their case, as [#code(String)]; 0 for a word that is too long or empty.
    long code(int word) {
        int length = lengths[word];
        if (length > LONGEST_NAME) {
            return 0;
        }
        long code = 0;
        for (int i = 0; i < length; i++) {
            code = (code << Byte.SIZE) | (bytes[starts[word] + i] & UPPER_CASE);
        }
        // A name that begins with a zero byte is none.
        return length > 0 && (code >>> ((length - 1) * Byte.SIZE)) == 0 ? 0 : code;
    }

    /// A name's letters in one number.
    static long code(String name) {
        long code = 0;
        for (byte letter : name.getBytes(StandardCharsets.US_ASCII)) {
            code = (code << Byte.SIZE) | (letter & UPPER_CASE);
        }
        return code;
    }
}
