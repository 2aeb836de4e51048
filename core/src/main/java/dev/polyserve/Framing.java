package dev.polyserve;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The usual framings, each a [Codec] for both styles.
///
/// None accepts a message longer than the server's frame limit ([Options.Limits#frameBytes]); the variants with
/// `maxBytes` have a limit of their own. The limit counts the message without its delimiter or prefix.
public final class Framing {
    private Framing() {}

    /// Lines of UTF-8, ended by LF or CRLF when read (the last may lack it), by LF when written.
    public static Codec<String> lines() {
        return new LineCodec("\n", 0);
    }

    /// The same with a limit of its own.
    public static Codec<String> lines(int maxBytes) {
        return new LineCodec("\n", requirePositive(maxBytes));
    }

    /// Lines as [#lines()], written with CRLF.
    public static Codec<String> crlfLines() {
        return new LineCodec("\r\n", 0);
    }

    /// Messages between delimiters; the delimiter is not part of the message.
    public static Codec<byte[]> delimited(byte... delimiter) {
        return new DelimiterCodec(delimiter, 0);
    }

    /// The same with a limit of its own.
    public static Codec<byte[]> delimited(int maxBytes, byte... delimiter) {
        return new DelimiterCodec(delimiter, requirePositive(maxBytes));
    }

    /// Messages prefixed with their length as an unsigned number of 1, 2 or 4 bytes.
    public static Codec<byte[]> lengthPrefixed(int prefixBytes, ByteOrder order) {
        return LengthCodec.fixedWidth(prefixBytes, order, 0);
    }

    /// The same with a limit of its own.
    public static Codec<byte[]> lengthPrefixed(int prefixBytes, ByteOrder order, int maxBytes) {
        return LengthCodec.fixedWidth(prefixBytes, order, requirePositive(maxBytes));
    }

    /// Messages prefixed with their length as a base-128 varint, low bits first, as in Protocol Buffers.
    public static Codec<byte[]> varintPrefixed() {
        return LengthCodec.varint(0);
    }

    /// The same with a limit of its own.
    public static Codec<byte[]> varintPrefixed(int maxBytes) {
        return LengthCodec.varint(requirePositive(maxBytes));
    }

    /// Messages of one length.
    public static Codec<byte[]> fixedLength(int bytes) {
        int length = requirePositive(bytes);
        return new Codec<>() {
            @Override
            public byte @Nullable [] decode(Input input) {
                return input.available() < length ? null : input.take(length);
            }

            @Override
            public void encode(byte[] message, Output output) throws IOException {
                if (message.length != length) {
                    throw new IllegalArgumentException(
                            "a message of " + message.length + " bytes, where every one has " + length);
                }
                output.write(message);
            }
        };
    }

    /// The bytes of the text in UTF-8.
    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int requirePositive(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("a frame of at most " + bytes + " bytes: the limit must be positive");
        }
        return bytes;
    }
}
