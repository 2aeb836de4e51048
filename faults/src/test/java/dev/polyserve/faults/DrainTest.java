package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Fault 36: a server that is to end while some of its clients would never go.
@Timeout(60)
class DrainTest {
    private static final int STAYING = 50;
    private static final int LEAVING = 50;
    /// Time for all the clients that leave to do so, also on a busy machine.
    private static final long DEADLINE_MILLIS = 2000;
    /// Much less than what those that stay would take.
    private static final long SLACK_MILLIS = 5000;

    private static Settings staying(Mode mode) {
        return Settings.of(mode).service(Services.Kind.STAY).with("threads", STAYING + LEAVING)
                .with("drain-quiet", DEADLINE_MILLIS * 10);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.polyserve.faults.Mode#allConcurrent")
    void itsClientsMayFinishUntilTheDeadlineAndNoLonger(Mode mode) throws Exception {
        try (ServerProcess server = ServerProcess.start(staying(mode));
                Clients staying = Clients.connected(server, STAYING);
                Clients leaving = Clients.connected(server, LEAVING)) {
            allConverse(staying, "stay\n");
            allConverse(leaving, "ping\n");
            server.tell("drain " + DEADLINE_MILLIS);
            requireRefused(server);
            for (Client client : leaving) {
                client.send("last words\n");
                client.receives("last words\n");
                client.endOutput();
                client.seesACleanEnd();
            }
            Map<String, Long> report = ServerProcess.numbers(server.nextAnswer());
            assertThat(report).containsEntry("aborted", (long) STAYING);
            // Those that looked whether they are refused may have come in at the last moment.
            assertThat(report.get("finished")).isGreaterThanOrEqualTo(LEAVING);
            assertThat(report.get("millis")).isBetween(DEADLINE_MILLIS, DEADLINE_MILLIS + SLACK_MILLIS);
            requireNothingLeft(server);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.polyserve.faults.Mode#models")
    void aSecondRequestToEndBringsTheEndNearer(Mode mode) throws Exception {
        try (ServerProcess server = ServerProcess.start(staying(mode));
                Clients staying = Clients.connected(server, 1)) {
            allConverse(staying, "stay\n");
            server.tell("drain 60000");
            requireRefused(server);
            server.tell("drain 100");
            Map<String, Long> report = ServerProcess.numbers(server.nextAnswer());
            assertThat(report).containsEntry("aborted", 1L);
            assertThat(report.get("millis")).isLessThan(100 + SLACK_MILLIS);
            assertThat(ServerProcess.numbers(server.nextAnswer())).isEqualTo(report);
            requireNothingLeft(server);
        }
    }

    /// Closing races with clients that connect all the time.
    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.polyserve.faults.Mode#all")
    void closingWhileClientsConnectLeavesNothingBehind(Mode mode) throws Exception {
        try (ServerProcess server = ServerProcess.start(Settings.of(mode).with("close", 200))) {
            Thread connecting = Thread.ofVirtual().start(() -> connectUntilRefused(server));
            Eventually.holds(() -> assertThat(server.count("accepted")).isGreaterThan(200));
            assertThat(server.ask("close")).isEqualTo("closed");
            assertThat(connecting.join(Duration.ofSeconds(10))).as("clients are refused").isTrue();
            requireNothingLeft(server);
        }
    }

    private static void connectUntilRefused(ServerProcess server) {
        try {
            while (true) {
                Client.of(server).reset();
            }
        } catch (IOException e) {
            assertThat(e).isInstanceOf(IOException.class);
        }
    }

    private static void allConverse(Clients clients, String line) throws IOException {
        for (Client client : clients) {
            client.send(line);
            client.receives(line);
        }
    }

    private static void requireRefused(ServerProcess server) throws Exception {
        Eventually.holds(Duration.ofMillis(100 + SLACK_MILLIS),
                () -> assertThatThrownBy(() -> Client.of(server).close()).isInstanceOf(ConnectException.class));
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
