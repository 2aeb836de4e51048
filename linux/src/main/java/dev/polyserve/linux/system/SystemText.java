package dev.polyserve.linux.system;

import dev.polyserve.file.FileNames;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// The words of a command line and the variables of an environment, which are bytes to the system, as Java texts without a loss.
///
/// They are read in the locale's encoding; without a locale, where the JDK knows US-ASCII only, in UTF-8. A byte that is no text in
/// that encoding becomes one of the lone surrogates U+DC80 to U+DCFF, and that byte again, as in Python (PEP 383).
///
/// **Thread**: any.
public final class SystemText {
    /// The encoding.
    public static final Charset CHARSET = charset(FileNames.ENCODING);
    private static final char ESCAPED = '\udc00';
    private static final int FIRST_ESCAPED = 0x80;
    private static final int LAST_ESCAPED = 0xff;
    private static final int ROOM = 256;

    private SystemText() {}

    private static Charset charset(Charset locale) {
        return locale.equals(StandardCharsets.US_ASCII) ? StandardCharsets.UTF_8 : locale;
    }

    /// The bytes as a text.
    public static String decode(byte[] bytes) {
        CharsetDecoder decoder = CHARSET.newDecoder().onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(ROOM);
        StringBuilder text = new StringBuilder(bytes.length);
        CoderResult result = decoder.decode(in, out, true);
        while (!result.isUnderflow()) {
            text.append(out.flip());
            out.clear();
            if (result.isError()) {
                for (int i = 0; i < result.length(); i++) {
                    text.append((char) (ESCAPED + Byte.toUnsignedInt(in.get())));
                }
            }
            result = decoder.decode(in, out, true);
        }
        return text.append(out.flip()).toString();
    }

    /// The text as bytes.
    ///
    /// @throws IllegalArgumentException when the encoding has not all of its characters
    public static byte[] encode(String text) {
        CharsetEncoder encoder = CHARSET.newEncoder().onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CharBuffer in = CharBuffer.wrap(text);
        ByteBuffer out = ByteBuffer.allocate((int) Math.ceil(encoder.maxBytesPerChar() * (text.length() + 1)));
        CoderResult result = encoder.encode(in, out, true);
        while (result.isError()) {
            for (int i = 0; i < result.length(); i++) {
                out.put(escaped(in.get()));
            }
            result = encoder.encode(in, out, true);
        }
        byte[] bytes = new byte[out.flip().remaining()];
        out.get(bytes);
        return bytes;
    }

    private static byte escaped(char c) {
        int code = c - ESCAPED;
        if (code < FIRST_ESCAPED || code > LAST_ESCAPED) {
            throw new IllegalArgumentException("it has characters that this locale's encoding, " + CHARSET
                    + ", does not have; start java with LC_ALL=C.UTF-8");
        }
        return (byte) code;
    }

    /// Whether the text stands for bytes that are no text in the encoding.
    public static boolean hasForeignBytes(String text) {
        // A surrogate of a pair is no code point of its own.
        return text.codePoints().anyMatch(c -> c >= ESCAPED + FIRST_ESCAPED && c <= ESCAPED + LAST_ESCAPED);
    }
}
