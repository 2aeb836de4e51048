package dev.polyserve.examples;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.ServerListener;
import java.io.IOException;
import java.util.function.Consumer;

/// A thread pool with a future for each connection, as in Python's `pool.submit(…).add_done_callback(…)`.
///
/// The error of a failed handler is in the outcome of its future and in the server's log.
public final class PoolWithCallbacks {
    private PoolWithCallbacks() {}

    /// Starts the server.
    ///
    /// @param report receives a sentence for the end of each connection
    public static Server start(String endpoint, int threads, Consumer<String> report) throws IOException {
        return Server.at(endpoint)
                .model(Model.threadPool(threads, "worker-", () -> {}))
                .options(o -> o.withLimits(limits -> limits.withQueue(100)))
                .listener(new ServerListener() {
                    @Override
                    public void accepted(ConnectionFuture connection) {
                        connection.onDone(done -> report.accept(sentence(done)));
                    }
                })
                .handle(client -> {
                    for (String line; (line = client.readLine()) != null;) {
                        client.writeLine(Thread.currentThread().getName() + ": " + 100 / Integer.parseInt(line));
                    }
                })
                .start();
    }

    private static String sentence(ConnectionFuture done) {
        return switch (done.outcome().orElseThrow()) {
            case Cause.Done _ -> done.id() + " is done after " + done.bytesIn() + " bytes";
            case Cause.Failed failed -> done.id() + " failed with " + failed.error().getClass().getSimpleName();
            case Cause other -> done.id() + " ended: " + other.phrase();
        };
    }

    static void main() throws Exception {
        try (Server server = start("tcp://127.0.0.1:8888", 5, IO::println)) {
            server.await();
        }
    }
}
