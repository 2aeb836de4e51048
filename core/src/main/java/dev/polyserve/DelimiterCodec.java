package dev.polyserve;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Messages between delimiters.
final class DelimiterCodec implements Codec<byte[]> {
    private final byte[] delimiter;
    private final int maxBytes;

    /// @param delimiter the bytes that end each message; not empty
    /// @param maxBytes the longest message; 0: the server's frame limit
    DelimiterCodec(byte[] delimiter, int maxBytes) {
        if (delimiter.length == 0) {
            throw new IllegalArgumentException("the delimiter is empty");
        }
        this.delimiter = delimiter.clone();
        this.maxBytes = maxBytes;
    }

    @Override
    public byte @Nullable [] decode(Input input) throws IOException {
        int most = maxBytes > 0 ? maxBytes : input.maxFrameBytes();
        int end = input.indexOf(delimiter);
        if (end > most || (end < 0 && input.available() - delimiter.length >= most)) {
            throw new FrameTooLongException(most);
        }
        if (end < 0) {
            return null;
        }
        byte[] message = input.take(end);
        input.skip(delimiter.length);
        return message;
    }

    @Override
    public void encode(byte[] message, Output output) throws IOException {
        output.write(message);
        output.write(delimiter);
    }
}
