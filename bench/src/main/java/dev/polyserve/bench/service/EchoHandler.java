package dev.polyserve.bench.service;

import dev.polyserve.Connection;
import dev.polyserve.Datagram;
import dev.polyserve.DatagramHandler;
import dev.polyserve.DatagramReply;
import dev.polyserve.Handler;
import java.io.IOException;

/// Echoes every byte, in blocking style as in the tutorials, a kilobyte at a time.
public final class EchoHandler implements Handler, DatagramHandler {
    private static final int PIECE_BYTES = 1024;

    /// For loading by name.
    public EchoHandler() {}

    @Override
    public void handle(Connection connection) throws IOException {
        byte[] piece = new byte[PIECE_BYTES];
        for (int length; (length = connection.read(piece)) >= 0;) {
            connection.write(piece, 0, length);
        }
    }

    @Override
    public void handle(Datagram request, DatagramReply reply) {
        reply.write(request.payload());
    }
}
