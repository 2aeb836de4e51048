package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;

/// Fault 36: a server drains while some clients never disconnect.
@Timeout(60)
class DrainTest {
    private static final int STAYING = 50;
    private static final int LEAVING = 50;
    /// Longer than the test takes, so that the deadline causes no event in it.
    private static final long FAR_DEADLINE_MILLIS = 120_000;
    private static final long NEAR_DEADLINE_MILLIS = 300;
    /// Much less than the time that the staying clients would take.
    private static final long SLACK_MILLIS = 5000;
    /// Each attempt has an exchange with the server, so that a slow machine slows both sides.
    private static final int MOST_ATTEMPTS = 200;

    private static Settings staying(Mode mode) {
        return Settings.of(mode).service(Services.Kind.STAY).with("threads", STAYING + LEAVING)
                .with("drain-quiet", FAR_DEADLINE_MILLIS);
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ALL_CONCURRENT)
    void clientsMayFinishUntilASecondCallShortensTheDeadline(Mode mode) throws Exception {
        try (ServerProcess server = ServerProcess.start(staying(mode));
                Clients staying = Clients.connected(server, STAYING);
                Clients leaving = Clients.connected(server, LEAVING)) {
            allConverse(staying, "stay\n");
            allConverse(leaving, "ping\n");
            server.tell("drain " + FAR_DEADLINE_MILLIS);
            requireSoonRefused(server);
            for (Client client : leaving) {
                client.send("last words\n");
                client.receives("last words\n");
                client.endOutput();
                client.seesACleanEnd();
            }
            Eventually.holds(() -> assertThat(server.count("active")).isEqualTo(STAYING));
            server.tell("drain " + NEAR_DEADLINE_MILLIS);
            Map<String, Long> report = ServerProcess.numbers(server.nextAnswer());
            assertThat(report).containsEntry("aborted", (long) STAYING);
            // The clients that probe for the refusal may have been accepted at the last moment.
            assertThat(report.get("finished")).isBetween((long) LEAVING, (long) LEAVING + MOST_ATTEMPTS);
            assertThat(ServerProcess.numbers(server.nextAnswer())).isEqualTo(report);
            requireNothingLeft(server);
        }
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.MODELS)
    void remainingClientsAreAbortedAtTheDeadline(Mode mode) throws Exception {
        try (ServerProcess server = ServerProcess.start(staying(mode));
                Clients staying = Clients.connected(server, 1)) {
            allConverse(staying, "stay\n");
            server.tell("drain " + NEAR_DEADLINE_MILLIS);
            Map<String, Long> report = ServerProcess.numbers(server.nextAnswer());
            assertThat(report).containsEntry("aborted", 1L).containsEntry("finished", 0L);
            assertThat(report.get("millis")).isBetween(NEAR_DEADLINE_MILLIS, NEAR_DEADLINE_MILLIS + SLACK_MILLIS);
            requireNothingLeft(server);
        }
    }

    /// Closes while clients connect continuously.
    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ALL)
    void closingWhileClientsConnectLeaksNothing(Mode mode) throws Exception {
        try (ServerProcess server = ServerProcess.start(Settings.of(mode).with("close", 200))) {
            CompletableFuture<Void> connecting = CompletableFuture.runAsync(() -> connectUntilRefused(server));
            Eventually.holds(() -> assertThat(server.count("accepted")).isGreaterThan(200));
            assertThat(server.ask("close")).isEqualTo("closed");
            connecting.get(10, TimeUnit.SECONDS);
            requireNothingLeft(server);
        }
    }

    private static void connectUntilRefused(ServerProcess server) {
        boolean refused = false;
        while (!refused) {
            try {
                Client.of(server).reset();
            } catch (ConnectException e) {
                refused = true;
            } catch (IOException e) {
                // The client connected while the listener closed.
                assertThat(e).hasMessageContaining("reset");
            }
        }
    }

    private static void allConverse(Clients clients, String line) throws IOException {
        for (Client client : clients) {
            client.send(line);
            client.receives(line);
        }
    }

    /// The listener closes at once, long before the deadline.
    private static void requireSoonRefused(ServerProcess server) throws Exception {
        for (int i = 0; i < MOST_ATTEMPTS; i++) {
            assertThat(server.count("active")).isPositive();
            try {
                Client.of(server).close();
            } catch (ConnectException e) {
                return;
            } catch (SocketException e) {
                // The client was in the listener's queue when the listener closed.
                assertThat(e).hasMessageContaining("reset");
            }
        }
        throw new AssertionError("a draining server has accepted " + MOST_ATTEMPTS + " more clients");
    }

    private static void requireNothingLeft(ServerProcess server) throws Exception {
        Eventually.holds(() -> {
            assertThat(server.ask("threads")).as("the library's threads").isEmpty();
            assertThat(server.count("active")).isZero();
            assertThat(server.count("inside")).isZero();
            assertThat(server.count("bufferedBytes")).isZero();
        });
        server.requireNoDefectLogged();
    }
}
