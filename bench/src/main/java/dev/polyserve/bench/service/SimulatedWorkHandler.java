package dev.polyserve.bench.service;

import dev.polyserve.Connection;
import dev.polyserve.Handler;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Waits and computes for as long as each [SimulatedWorkRequest] asks, as a handler with work to do, then sends the
/// reply.
public final class SimulatedWorkHandler implements Handler {
    /// For loading by name.
    public SimulatedWorkHandler() {}

    @Override
    public void handle(Connection connection) throws IOException, InterruptedException {
        for (byte[] frame; (frame = connection.read(SimulatedWorkRequest.FRAMES)) != null;) {
            SimulatedWorkRequest.execute(ByteBuffer.wrap(frame));
            connection.write(SimulatedWorkRequest.FRAMES, frame);
        }
    }
}
