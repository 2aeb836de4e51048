package dev.polyserve.bench.service;

import dev.polyserve.Codec;
import dev.polyserve.MessageHandler;
import dev.polyserve.Output;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Waits and computes as each [SimulatedWorkRequest] asks, then sends the reply: each request is a message.
public final class SimulatedWorkMessageHandler implements MessageHandler<byte[]> {
    /// Splits the input into requests without their lengths.
    public static final Codec<byte[]> CODEC = SimulatedWorkRequest.FRAMES;

    /// For loading by name.
    public SimulatedWorkMessageHandler() {}

    @Override
    public void handle(byte[] frame, Output client) throws IOException, InterruptedException {
        SimulatedWorkRequest.execute(ByteBuffer.wrap(frame));
        client.write(CODEC, frame);
    }
}
