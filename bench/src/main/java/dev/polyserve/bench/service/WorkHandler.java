package dev.polyserve.bench.service;

import dev.polyserve.Connection;
import dev.polyserve.Handler;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Waits and computes for as long as each [WorkRequest] asks, as a handler with work to do, then sends the reply.
public final class WorkHandler implements Handler {
    /// For loading by name.
    public WorkHandler() {}

    @Override
    public void handle(Connection connection) throws IOException, InterruptedException {
        for (byte[] frame; (frame = connection.read(WorkRequest.FRAMES)) != null;) {
            WorkRequest.execute(ByteBuffer.wrap(frame));
            connection.write(WorkRequest.FRAMES, frame);
        }
    }
}
