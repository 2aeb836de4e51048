package dev.polyserve.bench.service;

import dev.polyserve.Codec;
import dev.polyserve.MessageHandler;
import dev.polyserve.Output;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Waits and computes as each [WorkRequest] asks, then sends the reply: each request is a message.
public final class WorkMessages implements MessageHandler<byte[]> {
    /// Splits the input into requests without their lengths.
    public static final Codec<byte[]> CODEC = WorkRequest.FRAMES;

    /// For loading by name.
    public WorkMessages() {}

    @Override
    public void handle(byte[] frame, Output client) throws IOException, InterruptedException {
        WorkRequest.execute(ByteBuffer.wrap(frame));
        client.write(CODEC, frame);
    }
}
