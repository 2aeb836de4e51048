package dev.polyserve.examples;

import dev.polyserve.Model;
import dev.polyserve.Server;
import java.io.IOException;

/// Sends each datagram back to its sender, including empty datagrams.
public final class UdpEcho {
    private UdpEcho() {}

    /// Starts the server.
    public static Server start(String endpoint, Model model) throws IOException {
        return Server.at(endpoint).model(model).datagrams((request, reply) -> {
            reply.writeEmpty();
            reply.write(request.payload());
        }).start();
    }

    static void main() throws Exception {
        try (Server server = start("udp://127.0.0.1:8888", Model.virtual())) {
            server.await();
        }
    }
}
