package dev.polyserve.examples.resp;

import dev.polyserve.Input;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A RESP request: a command name and binary arguments.
///
/// One object holds the successive requests of a connection, so a request allocates nothing.
///
/// **Thread**: its connection's turn.
final class RespRequest {
    /// The maximum number of words of a request.
    static final int MOST_WORDS = 1024;
    private static final int LONGEST_NAME = Long.BYTES;
    /// Clears this bit to convert a letter to upper case; no other byte becomes a letter.
    private static final int UPPER_CASE = 0xdf;
    private static final int FIRST_WORDS = 8;
    /// The array size that is kept between requests; a larger array is released.
    private static final int KEPT_BYTES = 16 << 10;
    private static final byte[] NOTHING = {};

    private byte[] bytes = NOTHING;
    private int[] starts = new int[FIRST_WORDS];
    private int[] lengths = new int[FIRST_WORDS];
    private int words;
    private String violation = "";

    void clear() {
        words = 0;
        violation = "";
        if (bytes.length > KEPT_BYTES) {
            bytes = NOTHING;
        }
    }

    /// Adds a word by its position in the input.
    void add(int start, int length) {
        if (words == starts.length) {
            starts = Arrays.copyOf(starts, 2 * words);
            lengths = Arrays.copyOf(lengths, 2 * words);
        }
        starts[words] = start;
        lengths[words] = length;
        words++;
    }

    /// Consumes the input bytes that contain the words.
    void take(Input input, int length) {
        if (bytes.length < length) {
            bytes = new byte[Math.max(length, Math.min(2 * length, KEPT_BYTES))];
        }
        input.read(bytes, 0, length);
    }

    /// Marks the request as a violation of the protocol, which ends the connection.
    void violates(String how) {
        words = 0;
        violation = how;
    }

    /// The violation of the protocol; empty for a valid request.
    String violation() {
        return violation;
    }

    /// The number of words, including the name; 0 for an empty line.
    int words() {
        return words;
    }

    /// The array that contains the words.
    byte[] bytes() {
        return bytes;
    }

    /// The offset of a word.
    int start(int word) {
        return starts[word];
    }

    /// The length of a word in bytes.
    int length(int word) {
        return lengths[word];
    }

    String text(int word) {
        return new String(bytes, starts[word], lengths[word], StandardCharsets.UTF_8);
    }

    byte[] copy(int word) {
        return Arrays.copyOfRange(bytes, starts[word], starts[word] + lengths[word]);
    }

    /// The letters of a word packed into a number, in upper case, as [#code(String)]; 0 for an empty word or one that
    /// is too long.
    long code(int word) {
        int length = lengths[word];
        if (length > LONGEST_NAME) {
            return 0;
        }
        long code = 0;
        for (int i = 0; i < length; i++) {
            code = (code << Byte.SIZE) | (bytes[starts[word] + i] & UPPER_CASE);
        }
        // A name that begins with a zero byte matches no command.
        return length > 0 && (code >>> ((length - 1) * Byte.SIZE)) == 0 ? 0 : code;
    }

    /// The letters of a command name packed into a number.
    static long code(String name) {
        long code = 0;
        for (byte letter : name.getBytes(StandardCharsets.US_ASCII)) {
            code = (code << Byte.SIZE) | (letter & UPPER_CASE);
        }
        return code;
    }
}
