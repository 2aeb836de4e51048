package dev.polyserve.bench.service;

import dev.polyserve.Connection;
import dev.polyserve.Datagram;
import dev.polyserve.DatagramHandler;
import dev.polyserve.DatagramReply;
import dev.polyserve.Handler;
import java.io.IOException;

/// Echoes every byte, in blocking style as in the tutorials.
public final class EchoHandler implements Handler, DatagramHandler {
    /// For loading by name.
    public EchoHandler() {}

    @Override
    public void handle(Connection connection) throws IOException {
        connection.inputStream().transferTo(connection.outputStream());
    }

    @Override
    public void handle(Datagram request, DatagramReply reply) {
        reply.write(request.payload());
    }
}
