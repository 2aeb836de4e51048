package dev.polyserve;

import java.io.IOException;
import java.net.ProtocolException;
import org.jspecify.annotations.Nullable;

/// Frames with a header of fixed length, in which there is the length of the rest.
///
/// @param headerBytes the length of the header
/// @param rest reads the length of the rest from the header
/// @param maxBytes the longest frame; 0: the server's frame limit
record LengthFieldCodec(int headerBytes, Framing.HeaderLength rest, int maxBytes) implements Codec<byte[]> {
    @Override
    public byte @Nullable [] decode(Input input) throws IOException {
        if (input.available() < headerBytes) {
            return null;
        }
        long restBytes = rest.bytesAfter(input);
        if (restBytes < 0) {
            throw new ProtocolException("the header of a frame gives a length of " + restBytes + " bytes for the rest");
        }
        int most = maxBytes > 0 ? maxBytes : input.maxFrameBytes();
        if (restBytes > most - headerBytes) {
            throw new FrameTooLongException(most);
        }
        int length = headerBytes + (int) restBytes;
        return input.available() < length ? null : input.take(length);
    }

    @Override
    public void encode(byte[] frame, Output output) throws IOException {
        if (frame.length < headerBytes) {
            throw new IllegalArgumentException(
                    "a frame of " + frame.length + " bytes, where the header has " + headerBytes);
        }
        output.write(frame);
    }
}
