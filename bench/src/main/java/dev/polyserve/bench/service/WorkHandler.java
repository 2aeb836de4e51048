package dev.polyserve.bench.service;

import dev.polyserve.Codec;
import dev.polyserve.Connection;
import dev.polyserve.Framing;
import dev.polyserve.Handler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Waits and computes as each [WorkRequest] says, then sends it back.
public final class WorkHandler implements Handler {
    private static final Codec<byte[]> FRAMES = Framing.lengthPrefixed(Integer.BYTES, ByteOrder.BIG_ENDIAN,
            WorkRequest.MAX_BYTES);

    private long computed;

    /// For loading by name.
    public WorkHandler() {}

    @Override
    public void handle(Connection connection) throws IOException, InterruptedException {
        for (byte[] frame; (frame = connection.read(FRAMES)) != null;) {
            ByteBuffer request = ByteBuffer.wrap(frame);
            WorkRequest.waitFor(request.getInt(WorkRequest.WAIT_AT - Integer.BYTES));
            computed += WorkRequest.compute(request.getInt(WorkRequest.COMPUTE_AT - Integer.BYTES));
            connection.write(FRAMES, frame);
        }
    }

    /// What all the computing came to.
    long computed() {
        return computed;
    }
}
