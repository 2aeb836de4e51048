package dev.polyserve.examples;

import dev.polyserve.Model;
import dev.polyserve.RequestResult;
import dev.polyserve.Server;
import java.io.IOException;
import java.time.Duration;

/// Serves a given number of clients, one after another, in a loop of the caller, as with Python's `handle_request`.
public final class HandleRequestLoop {
    private HandleRequestLoop() {}

    /// Binds without starting: clients wait in the backlog until the next [Server#handleRequest].
    public static Server bind(String endpoint) throws IOException {
        return Server.at(endpoint).model(Model.iterative()).handle(client -> {
            String line = client.readLine();
            client.writeLine(line == null ? "you said nothing" : "you said " + line);
        }).bind();
    }

    /// Serves clients until `count` were served, or none arrived for the given time.
    ///
    /// @return the number of clients served
    public static int serve(Server server, int clients, Duration timeout) throws IOException, InterruptedException {
        int served = 0;
        while (served < clients) {
            RequestResult what = server.handleRequest(timeout);
            if (what == RequestResult.TIMED_OUT) {
                break;
            }
            served += what == RequestResult.SERVED ? 1 : 0;
        }
        return served;
    }

    static void main() throws Exception {
        try (Server server = bind("tcp://127.0.0.1:8888")) {
            IO.println(serve(server, 3, Duration.ofMinutes(1)) + " were served");
        }
    }
}
