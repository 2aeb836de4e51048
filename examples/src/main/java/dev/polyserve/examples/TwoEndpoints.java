package dev.polyserve.examples;

import dev.polyserve.Connection;
import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Server;
import java.io.IOException;
import java.nio.file.Path;

/// One server with two endpoints: a Unix socket for local clients and a TCP port for others. The handler reports which
/// endpoint a client used.
public final class TwoEndpoints {
    private TwoEndpoints() {}

    /// Starts the server.
    ///
    /// @param socket the file of the Unix socket; a stale file is replaced, and the file is removed when the server
    ///         closes
    public static Server start(Path socket, int port, Model model) throws IOException {
        return Server.at(new Endpoint.Unix(socket)).listen(new Endpoint.Tcp("127.0.0.1", port)).model(model)
                .handle(TwoEndpoints::serve).start();
    }

    private static void serve(Connection client) throws IOException {
        client.writeLine(switch (client.info().endpoint()) {
            case Endpoint.Unix _ -> "you are local";
            case Endpoint.Tcp tcp -> "you came to port " + tcp.port();
            default -> "you came another way";
        });
    }

    static void main() throws Exception {
        try (Server server = start(Path.of("polyserve.sock"), 8888, Model.virtual())) {
            server.await();
        }
    }
}
