package dev.polyserve.examples;

import dev.polyserve.Model;
import dev.polyserve.Server;
import java.io.IOException;
import java.util.function.Consumer;

/// Prints each line that clients send, with its sender, and sends no answer.
public final class LinePrinter {
    private LinePrinter() {}

    /// Starts the server.
    ///
    /// @param out receives the lines; called by several threads at once under the concurrent models
    public static Server start(String endpoint, Model model, Consumer<String> out) throws IOException {
        return Server.at(endpoint).model(model).handle(client -> {
            for (String line; (line = client.readLine()) != null;) {
                out.accept(client.info().peer() + ": " + line);
            }
        }).start();
    }

    /// Prints to standard output.
    static void main() throws Exception {
        try (Server server = start("tcp://127.0.0.1:8888", Model.virtual(), IO::println)) {
            server.await();
        }
    }
}
