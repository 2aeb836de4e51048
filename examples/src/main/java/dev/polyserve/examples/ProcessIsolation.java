package dev.polyserve.examples;

import dev.polyserve.Handler;
import dev.polyserve.Model;
import dev.polyserve.Server;
import java.io.IOException;

/// Serves requests in worker processes, so that a request that crashes its process ends no connection of another one.
///
/// The workers run this program too, up to `start()`.
public final class ProcessIsolation {
    private ProcessIsolation() {}

    /// Starts the server.
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

    /// Serves until the process is terminated.
    ///
    /// @param args the endpoint and the name of the model
    public static void main(String[] args) throws Exception {
        try (Server server = start(args[0], Model.named(args[1]))) {
            // Only the main process gets here: in a worker, start() does not return.
            System.out.println("serving at " + server.endpoints().getFirst());
            server.await();
        }
    }
}
