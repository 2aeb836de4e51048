package dev.polyserve.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.DrainReport;
import dev.polyserve.Handler;
import dev.polyserve.RequestResult;
import dev.polyserve.Server;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/// Runs the snippets of `docs/guide/life-cycle.md`.
class LifeCycleGuideTest {
    private static final String ANY_PORT = "tcp://127.0.0.1:0";

    // region draining
    private final Handler handler = client -> {
        String line;
        while (!client.draining() && (line = client.readLine()) != null) {
            client.writeLine(line);
        }
        client.writeLine("good bye");
    };
    // endregion

    @Test
    void bindStartPauseResume() throws Exception {
        String endpoint = ANY_PORT;
        // region life
        Server server = Server.at(endpoint).handle(handler).bind(); // clients can connect, and wait
        int port = server.port(); // the real one where 0 was asked
        server.start(); // accepts
        server.pause(); // clients wait in the backlog
        server.resume(); // accepts again
        // endregion
        assertThat(port).isPositive();
        assertThat(server.isAccepting()).isTrue();
        try (Client client = Client.of(server)) {
            assertThat(client.send("a\n").end().rest()).isEqualTo("a\ngood bye\n");
        }
        // region close
        server.close(); // try-with-resources calls it, too: twice is harmless
        // endregion
        server.close();
        assertThat(server.isStopped()).isTrue();
        assertThatThrownBy(() -> Client.of(server)).isInstanceOf(ConnectException.class);
    }

    @Test
    void drainLetsConversationsEnd() throws Exception {
        Server server = Server.at(ANY_PORT)
                .options(o -> o.withTimeouts(times -> times.withDrainQuiet(Duration.ofMillis(50))))
                .handle(handler).start();
        try (server; Client client = Client.of(server)) {
            assertThat(client.send("a\n").line()).isEqualTo("a");
            // region drain
            DrainReport report = server.drain(Duration.ofSeconds(10));
            // endregion
            assertThat(report.finished()).isEqualTo(1);
            assertThat(report.aborted()).isZero();
            assertThat(client.rest()).as("the handler saw the end of its input and sent its last bytes")
                    .isEqualTo("good bye\n");
        }
    }

    @Test
    void oneRequestAtATime() throws Exception {
        String endpoint = ANY_PORT;
        try (Server server = Server.at(endpoint).handle(handler).bind(); Client client = Client.of(server)) {
            // region one
            RequestResult result = server.handleRequest(Duration.ofSeconds(1)); // SERVED, TIMED_OUT or REJECTED
            // endregion
            assertThat(result).isEqualTo(RequestResult.SERVED);
            assertThat(client.send("a\n").line()).isEqualTo("a");
            assertThat(server.handleRequest(Duration.ofMillis(1))).isEqualTo(RequestResult.TIMED_OUT);
        }
    }

    @Test
    void aPeriodicAction() throws Exception {
        CountDownLatch ticks = new CountDownLatch(2);
        Duration period = Duration.ofMillis(1);
        // region every
        Server server = Server.at("tcp://127.0.0.1:0")
                .every(period, ticks::countDown)
                .handle(handler)
                .start();
        // endregion
        try (server) {
            ticks.await();
        }
    }

    @Test
    void anotherThreadCloses() throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor();
                Server server = Server.at(ANY_PORT).handle(handler).start()) {
            var served = executor.submit(() -> {
                server.await();
                return "over";
            });
            server.drain(Duration.ofMillis(100));
            assertThat(served.get()).isEqualTo("over");
        }
    }

    @Test
    void aShutdownHookDrains() throws Exception {
        Server server = Server.at(ANY_PORT).handle(handler).start();
        // region signals
        Thread onSignal = Thread.ofPlatform().unstarted(() -> {
            try {
                server.drain(); // TERM and INT run this; a second signal is left to the JVM
            } catch (InterruptedException e) {
                server.close();
            }
        });
        Runtime.getRuntime().addShutdownHook(onSignal);
        // endregion
        assertThat(Runtime.getRuntime().removeShutdownHook(onSignal)).isTrue();
        onSignal.start();
        onSignal.join();
        assertThat(server.isStopped()).isTrue();
    }
}
