package dev.polyserve.examples;

import dev.polyserve.Model;
import dev.polyserve.Server;
import java.io.IOException;

/// Greets each client with one line and sends its lines back, until the line `exit` or the end of its input.
public final class Welcome {
    private Welcome() {}

    /// Starts the server.
    public static Server start(String endpoint, Model model) throws IOException {
        return Server.at(endpoint).model(model).handle(client -> {
            client.writeLine("welcome, you are number " + client.info().id());
            for (String line; (line = client.readLine()) != null && !line.equals("exit");) {
                client.writeLine(line);
            }
            client.writeLine("bye");
        }).start();
    }

    /// Serves until the process is terminated.
    static void main() throws Exception {
        try (Server server = start("tcp://127.0.0.1:8888", Model.virtual())) {
            server.await();
        }
    }
}
