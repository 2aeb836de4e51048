package dev.polyserve.examples;

import dev.polyserve.Connection;
import dev.polyserve.Model;
import dev.polyserve.Server;
import java.io.IOException;

/// Sends the input back with ASCII letters in upper case, under the model named by the first argument.
///
/// Each byte is converted separately, so the splits of the network do not matter, even in the middle of a character.
public final class Upper {
    private static final int CASE_BIT = 'a' - 'A';

    private Upper() {}

    /// Starts the server at an endpoint, under a model.
    public static Server start(String endpoint, Model model) throws IOException {
        return Server.at(endpoint).model(model).handle(Upper::serve).start();
    }

    private static void serve(Connection client) throws IOException {
        byte[] bytes = new byte[4096];
        for (int count; (count = client.read(bytes)) >= 0;) {
            for (int i = 0; i < count; i++) {
                if (bytes[i] >= 'a' && bytes[i] <= 'z') {
                    bytes[i] = (byte) (bytes[i] - CASE_BIT);
                }
            }
            client.write(bytes, 0, count);
        }
    }

    /// `java … dev.polyserve.examples.Upper thread-pool`
    static void main(String[] args) throws Exception {
        Model model = args.length > 0 ? Model.named(args[0]) : Model.virtual();
        try (Server server = start("tcp://127.0.0.1:8888", model)) {
            IO.println("upper at " + server.endpoints() + " with " + model.id());
            server.await();
        }
    }
}
