package dev.polyserve.examples;

import dev.polyserve.Handler;
import dev.polyserve.Model;
import dev.polyserve.Server;
import java.io.IOException;

/// Runs what clients ask for in a process of its own: a client that ends it, or makes it run out of memory, ends nobody else's.
///
/// The workers run this program, too, up to `start()`.
public final class Isolated {
    private Isolated() {}

    /// Starts it.
    public static Server start(String endpoint, Model model) throws IOException {
        Handler handler = client -> {
            client.writeLine("process " + ProcessHandle.current().pid());
            for (String line; (line = client.readLine()) != null;) {
                if (line.equals("crash")) {
                    Runtime.getRuntime().halt(1);
                }
                client.writeLine("done: " + line);
            }
        };
        return Server.at(endpoint).model(model).handle(handler).start();
    }

    /// Serves until it is ended.
    ///
    /// @param args the endpoint, and the model's name
    public static void main(String[] args) throws Exception {
        try (Server server = start(args[0], Model.named(args[1]))) {
            // Only one process comes here: in a worker, start() does not return.
            System.out.println("serving at " + server.endpoints().getFirst());
            server.await();
        }
    }
}
