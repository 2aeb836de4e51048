package dev.polyserve.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.Handler;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.ServerListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the snippets of `docs/guide/porting.md`.
class PortingGuideTest {
    // region recorder
    static final class Recorder implements Handler {
        private int lines;

        @Override
        public void handle(Connection client) throws IOException {
            for (String line; (line = client.readLine()) != null;) {
                lines++;
                client.writeLine(lines + " " + line);
            }
        }
    }
    // endregion

    private static void serve(String endpoint) throws IOException, InterruptedException {
        // region serve
        try (var server = Server.at(endpoint).model(Model.virtual()).handler(Recorder::new).bind()) {
            server.serveForever();
        }
        // endregion
    }

    @Test
    void serveForeverServesUntilItIsInterrupted(@TempDir Path directory) throws Exception {
        String endpoint = "unix:" + directory.resolve("s");
        BlockingQueue<String> ends = new LinkedBlockingQueue<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                serve(endpoint);
            } catch (IOException | InterruptedException e) {
                ends.add(e.getClass().getSimpleName());
            }
        });
        thread.interrupt();
        assertThat(ends.take()).isEqualTo("InterruptedException");
    }

    @Test
    void linesAreNumberedForEachClient() throws Exception {
        try (Server server = Server.at("tcp://127.0.0.1:0").handler(Recorder::new).start();
                Client first = Client.of(server);
                Client second = Client.of(server)) {
            assertThat(first.send("a\nb\n").end().rest()).isEqualTo("1 a\n2 b\n");
            assertThat(second.send("c\n").end().rest()).isEqualTo("1 c\n");
        }
    }

    @Test
    void callbacksRunAtTheEndOfEachConnection() throws Exception {
        BlockingQueue<String> out = new LinkedBlockingQueue<>();
        String endpoint = "tcp://127.0.0.1:0";
        Handler handler = client -> client.writeLine("" + 1 / Integer.parseInt(String.valueOf(client.readLine())));
        // region callbacks
        ServerListener reporting = new ServerListener() {
            @Override
            public void accepted(ConnectionFuture future) {
                future.onDone(done -> out.add(
                        done.outcome().orElseThrow() instanceof Cause.Failed failed
                                ? "failed: " + failed.error()
                                : "done"));
            }
        };
        // endregion
        // region pool
        Server server = Server.at(endpoint).model(Model.threadPool(5)).listener(reporting).handle(handler).start();
        // endregion
        try (server) {
            try (Client client = Client.of(server)) {
                assertThat(client.send("1\n").rest()).isEqualTo("1\n");
            }
            assertThat(out.take()).isEqualTo("done");
            try (Client client = Client.of(server)) {
                assertThat(client.send("0\n").rest()).isEmpty();
            }
            assertThat(out.take()).isEqualTo("failed: java.lang.ArithmeticException: / by zero");
        }
    }
}
