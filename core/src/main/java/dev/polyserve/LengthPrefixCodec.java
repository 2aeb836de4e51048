package dev.polyserve;

import java.io.IOException;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Messages prefixed with their length.
///
/// @param prefix how the length is written
/// @param maxBytes the longest message; 0: the server's frame limit
record LengthPrefixCodec(Prefix prefix, int maxBytes) implements Codec<byte[]> {
    /// A longer varint cannot be the length of a message that fits an array.
    private static final int MAX_VARINT_BYTES = 5;

    static LengthPrefixCodec fixedWidth(int bytes, ByteOrder order, int maxBytes) {
        if (bytes != 1 && bytes != 2 && bytes != 4) {
            throw new IllegalArgumentException("a length prefix has 1, 2 or 4 bytes, not " + bytes);
        }
        return new LengthPrefixCodec(new FixedWidth(bytes, order == ByteOrder.BIG_ENDIAN), maxBytes);
    }

    static LengthPrefixCodec varint(int maxBytes) {
        return new LengthPrefixCodec(new Varint(), maxBytes);
    }

    @Override
    public byte @Nullable [] decode(Input input) throws IOException {
        int prefixBytes = prefix.width(input);
        if (prefixBytes < 0) {
            return null;
        }
        long length = prefix.read(input, prefixBytes);
        int most = maxBytes > 0 ? maxBytes : input.maxFrameBytes();
        if (length > most) {
            throw new FrameTooLongException(most);
        }
        if (input.available() - prefixBytes < length) {
            return null;
        }
        input.skip(prefixBytes);
        return input.take((int) length);
    }

    @Override
    public void encode(byte[] message, Output output) throws IOException {
        if (message.length > prefix.most()) {
            throw new IllegalArgumentException(
                    "a message of " + message.length + " bytes, where the prefix can say " + prefix.most()
                            + " at most");
        }
        prefix.write(message.length, output);
        output.write(message);
    }

    /// How a length is written.
    sealed interface Prefix {
        /// How many bytes the prefix at the start of the input has, or -1 while it is incomplete.
        int width(Input input) throws IOException;

        long read(Input input, int width);

        void write(int length, Output output) throws IOException;

        long most();
    }

    /// An unsigned number of `bytes` bytes.
    private record FixedWidth(int bytes, boolean bigEndian) implements Prefix {
        @Override
        public int width(Input input) {
            return input.available() < bytes ? -1 : bytes;
        }

        @Override
        public long read(Input input, int width) {
            return Framing.number(input, 0, bytes, bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public void write(int length, Output output) throws IOException {
            for (int i = 0; i < bytes; i++) {
                output.writeByte(length >>> (8 * (bigEndian ? bytes - 1 - i : i)));
            }
        }

        @Override
        public long most() {
            return (1L << (8 * bytes)) - 1;
        }
    }

    /// Seven bits a byte, low bits first, the high bit set on all but the last.
    private record Varint() implements Prefix {
        @Override
        public int width(Input input) throws IOException {
            int there = Math.min(input.available(), MAX_VARINT_BYTES);
            for (int i = 0; i < there; i++) {
                if (input.peek(i) < 0x80) {
                    return i + 1;
                }
            }
            if (there == MAX_VARINT_BYTES) {
                throw new FrameTooLongException(Integer.MAX_VALUE);
            }
            return -1;
        }

        @Override
        public long read(Input input, int width) {
            long length = 0;
            for (int i = width - 1; i >= 0; i--) {
                length = length << 7 | (input.peek(i) & 0x7f);
            }
            return length;
        }

        @Override
        public void write(int length, Output output) throws IOException {
            int rest = length;
            for (; rest >= 0x80; rest >>>= 7) {
                output.writeByte((rest & 0x7f) | 0x80);
            }
            output.writeByte(rest);
        }

        @Override
        public long most() {
            return Integer.MAX_VALUE;
        }
    }
}
