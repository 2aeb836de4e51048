package dev.polyserve;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The usual framings, each a [Codec] for every style.
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
        return LengthPrefixCodec.fixedWidth(prefixBytes, order, 0);
    }

    /// The same with a limit of its own.
    public static Codec<byte[]> lengthPrefixed(int prefixBytes, ByteOrder order, int maxBytes) {
        return LengthPrefixCodec.fixedWidth(prefixBytes, order, requirePositive(maxBytes));
    }

    /// Messages prefixed with their length as a base-128 varint, low bits first, as in Protocol Buffers.
    public static Codec<byte[]> varintPrefixed() {
        return LengthPrefixCodec.varint(0);
    }

    /// The same with a limit of its own.
    public static Codec<byte[]> varintPrefixed(int maxBytes) {
        return LengthPrefixCodec.varint(requirePositive(maxBytes));
    }

    /// Frames with a header of `headerBytes` bytes, from which `rest` reads how many bytes follow it.
    ///
    /// A message is the whole frame, header included, since a header says more than a length; [Codec#map] takes it apart.
    /// The limit counts the whole frame.
    ///
    /// ```java
    /// Framing.withHeader(4, header -> Framing.digits(header, 0, 4));                             // 0005hello
    /// Framing.withHeader(8, header -> Framing.number(header, 4, 4, ByteOrder.BIG_ENDIAN));       // at an offset of 4
    /// Framing.withHeader(4, header -> Framing.number(header, 0, 4, ByteOrder.BIG_ENDIAN) - 4);   // counts itself
    /// ```
    public static Codec<byte[]> withHeader(int headerBytes, HeaderLength rest) {
        return new LengthFieldCodec(requirePositive(headerBytes), rest, 0);
    }

    /// The same with a limit of its own.
    public static Codec<byte[]> withHeader(int headerBytes, HeaderLength rest, int maxBytes) {
        return new LengthFieldCodec(requirePositive(headerBytes), rest, requirePositive(maxBytes));
    }

    /// Reads a length from a header.
    @FunctionalInterface
    public interface HeaderLength {
        /// How many bytes follow the header.
        ///
        /// @param header begins with the header, all of which has arrived; nothing may be consumed
        /// @throws IOException when the header is not valid
        long bytesAfter(Input header) throws IOException;
    }

    /// The number that is written in `digits` decimal digits of ASCII, from the index `from`.
    ///
    /// @throws ProtocolException when they are not all digits
    public static long digits(Input header, int from, int digits) throws ProtocolException {
        long number = 0;
        for (int i = from; i < from + digits; i++) {
            int digit = header.peek(i) - '0';
            if (digit < 0 || digit > 9) {
                throw new ProtocolException(
                        "the header of a frame has the byte " + header.peek(i) + " in place of a digit");
            }
            number = 10 * number + digit;
        }
        return number;
    }

    /// The unsigned number of `bytes` bytes, at most seven, from the index `from`.
    public static long number(Input header, int from, int bytes, ByteOrder order) {
        long number = 0;
        for (int i = 0; i < bytes; i++) {
            number = number << 8 | header.peek(from + (order == ByteOrder.BIG_ENDIAN ? i : bytes - 1 - i));
        }
        return number;
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
