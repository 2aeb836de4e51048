package dev.polyserve.examples;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.Limit;
import dev.polyserve.Model;
import dev.polyserve.OnFull;
import dev.polyserve.Server;
import dev.polyserve.ServerListener;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/// An echo server with limits on connections, line length and idle time.
public final class EchoWithLimits {
    private EchoWithLimits() {}

    /// Starts the server.
    ///
    /// @param report receives a sentence for each rejected or limited connection
    public static Server start(String endpoint, Model model, int most, Duration idle, Consumer<String> report)
            throws IOException {
        return Server.at(endpoint).model(model)
                .options(o -> o
                        .withOnFull(OnFull.REJECT) // WAIT, the default, would leave them in the kernel's backlog
                        .withLimits(limits -> limits.withConnections(most).withFrameBytes(1024))
                        .withTimeouts(times -> times.withIdle(idle)))
                .listener(new ServerListener() {
                    @Override
                    public void rejected(ConnectionInfo connection, Optional<Limit> limit) {
                        report.accept(connection.id() + " was rejected: " + limit.map(Limit::label).orElse("filter"));
                    }
                })
                .handle(client -> {
                    for (String line; (line = client.readLine()) != null;) {
                        client.writeLine(line);
                    }
                })
                .start();
    }

    static void main() throws Exception {
        try (Server server = start("tcp://127.0.0.1:8888", Model.virtual(), 100, Duration.ofSeconds(30),
                IO::println)) {
            server.await();
        }
    }
}
