package dev.polyserve.bench.service;

import dev.polyserve.Codec;
import dev.polyserve.Connection;
import dev.polyserve.Framing;
import dev.polyserve.Handler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Waits and computes as each [WorkRequest] asks, then sends the reply.
public final class WorkHandler implements Handler {
    private static final Codec<byte[]> FRAMES = Framing.lengthPrefixed(Integer.BYTES, ByteOrder.BIG_ENDIAN,
            WorkRequest.MAX_BYTES);

    /// For loading by name.
    public WorkHandler() {}

    @Override
    public void handle(Connection connection) throws IOException, InterruptedException {
        for (byte[] frame; (frame = connection.read(FRAMES)) != null;) {
            WorkRequest.execute(ByteBuffer.wrap(frame));
            connection.write(FRAMES, frame);
        }
    }
}
