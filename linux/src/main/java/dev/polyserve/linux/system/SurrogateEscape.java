package dev.polyserve.linux.system;

import dev.polyserve.file.FileNameEncoding;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Converts the words of a command line and the variables of an environment, which are bytes to the system, to Java
/// strings without loss.
///
/// They are decoded in the locale's encoding. Without a locale, where the JDK reports US-ASCII, it is UTF-8. A byte
/// that cannot be decoded becomes one of the lone surrogates U+DC80 to U+DCFF, and is restored from it, as in Python
/// (PEP 383).
///
/// **Thread**: any.
public final class SurrogateEscape {
    /// The encoding in use.
    public static final Charset CHARSET = charset(FileNameEncoding.ENCODING);
    private static final char ESCAPED = '\udc00';
    private static final int FIRST_ESCAPED = 0x80;
    private static final int LAST_ESCAPED = 0xff;
    private static final int ROOM = 256;

    private SurrogateEscape() {}

    private static Charset charset(Charset locale) {
        return locale.equals(StandardCharsets.US_ASCII) ? StandardCharsets.UTF_8 : locale;
    }

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

    /// Encodes a text.
    ///
    /// @throws IllegalArgumentException when the encoding lacks one of its characters
    public static byte[] encode(String text) {
        return CHARSET.equals(StandardCharsets.UTF_8) && isAscii(text)
                ? text.getBytes(StandardCharsets.ISO_8859_1)
                : encodeAny(text);
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= FIRST_ESCAPED) {
                return false;
            }
        }
        return true;
    }

    private static byte[] encodeAny(String text) {
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

    /// Returns true when the text contains escaped bytes that cannot be decoded.
    public static boolean hasForeignBytes(String text) {
        // A surrogate that is part of a pair is no code point of its own.
        return text.codePoints().anyMatch(c -> c >= ESCAPED + FIRST_ESCAPED && c <= ESCAPED + LAST_ESCAPED);
    }
}
