package dev.polyserve.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.bench.service.BroadcastHandler;
import dev.polyserve.bench.service.EchoHandler;
import dev.polyserve.bench.service.EchoProtocol;
import dev.polyserve.bench.service.SimulatedWorkHandler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs every kind of traffic against Polyserve servers.
@Timeout(60)
class LoadGeneratorTest {
    private static final Duration LEAD_IN = Duration.ofMillis(20);
    private static final Duration COUNTED = Duration.ofMillis(150);
    private static final Duration MOST_COUNTED = Duration.ofSeconds(10);

    @TempDir
    private Path directory;

    private static LoadRunResult run(Server server, LoadProfile traffic, int connections, int loops,
            RequestPacing pacing)
            throws MeasurementException {
        Endpoint endpoint = server.endpoints().getFirst();
        try (LoadGenerator load = LoadGenerator
                .open(new LoadGenerator.Plan(endpoint, traffic, connections, loops, true))) {
            // Twice, because clients are reused between runs.
            load.begin(pacing, Duration.ZERO, LEAD_IN).await();
            Duration counted = COUNTED;
            LoadRunResult result = load.begin(pacing, LEAD_IN, counted).await();
            // A busy machine may answer no large request in so short a time.
            while (result.answered() == 0 && counted.compareTo(MOST_COUNTED) < 0) {
                counted = counted.multipliedBy(2);
                result = load.begin(pacing, LEAD_IN, counted).await();
            }
            return result;
        }
    }

    private static Server echo(String endpoint) throws Exception {
        return Server.at(endpoint).model(Model.nio()).protocol(EchoProtocol::new).start();
    }

    static Stream<RequestPacing> pacings() {
        return Stream.of(new RequestPacing.Closed(1), new RequestPacing.Closed(16), new RequestPacing.Open(2_000));
    }

    @ParameterizedTest
    @MethodSource("pacings")
    void exchangesOverTcp(RequestPacing pacing) throws Exception {
        try (Server server = echo("tcp://127.0.0.1:0")) {
            requireAnswers(run(server, new LoadProfile.Exchanges(64), 10, 2, pacing));
        }
    }

    @ParameterizedTest
    @MethodSource("pacings")
    void exchangesOverUnixSockets(RequestPacing pacing) throws Exception {
        try (Server server = echo("unix:" + directory.resolve("echo.sock"))) {
            requireAnswers(run(server, new LoadProfile.Exchanges(64), 10, 1, pacing));
        }
    }

    @Test
    void largeRequestsAreSplitAndReassembled() throws Exception {
        try (Server server = echo("tcp://127.0.0.1:0")) {
            requireAnswers(run(server, new LoadProfile.Exchanges(1_000_003), 3, 1, new RequestPacing.Closed(2)));
        }
    }

    @ParameterizedTest
    @MethodSource("pacings")
    void churn(RequestPacing pacing) throws Exception {
        try (Server server = echo("tcp://127.0.0.1:0")) {
            requireAnswers(run(server, new LoadProfile.Churn(64), 5, 1, pacing));
            assertThat(server.stats().accepted()).as("connections").isGreaterThan(20);
        }
    }

    @ParameterizedTest
    @MethodSource("pacings")
    void datagrams(RequestPacing pacing) throws Exception {
        try (Server server = Server.at("udp://127.0.0.1:0").datagrams(new EchoHandler()).start()) {
            LoadRunResult recording = run(server, new LoadProfile.Datagrams(64), 5, 1, pacing);
            assertThat(recording.answered()).as("answered").isPositive();
        }
    }

    @Test
    void workIsWaitedFor() throws Exception {
        try (Server server = Server.at("tcp://127.0.0.1:0").handler(SimulatedWorkHandler::new).start()) {
            LoadRunResult recording = run(server, new LoadProfile.Work(100, 10_000, 0), 4, 1,
                    new RequestPacing.Closed(1));
            requireAnswers(recording);
            assertThat(recording.percentileMicros(0)).as("fastest").isGreaterThan(9_900);
        }
    }

    @Test
    void heavyConnectionsComputeBesideLightOnes() throws Exception {
        try (Server server = Server.at("tcp://127.0.0.1:0").model(Model.thread()).handler(SimulatedWorkHandler::new)
                .start()) {
            var traffic = new LoadProfile.Mixed(64, 2, 100_000);
            LoadRunResult recording = run(server, traffic, 5, 2, new RequestPacing.Open(500));
            assertThat(recording.heavyAnswered()).as("heavy ones").isGreaterThan(10);
            assertThat(recording.latencyNanos().getTotalCount()).as("light ones that were due").isBetween(70L, 80L);
            assertThat(server.stats().accepted()).as("connections").isEqualTo(7);
        }
    }

    @Test
    void everyLoopHasAClient() throws Exception {
        try (Server server = echo("tcp://127.0.0.1:0")) {
            requireAnswers(run(server, new LoadProfile.Exchanges(64), 1, 4, new RequestPacing.Open(500)));
            requireAnswers(run(server, new LoadProfile.MostlyIdle(64, 1), 5, 4, new RequestPacing.Open(500)));
        }
    }

    @Test
    void idleConnectionsStayIdle() throws Exception {
        try (Server server = echo("tcp://127.0.0.1:0")) {
            requireAnswers(run(server, new LoadProfile.MostlyIdle(64, 2), 200, 1, new RequestPacing.Closed(1)));
            assertThat(server.stats().accepted()).isEqualTo(200);
        }
    }

    @Test
    void slowReadersDoNotCount() throws Exception {
        try (Server server = echo("tcp://127.0.0.1:0")) {
            requireAnswers(run(server, new LoadProfile.SlowReaders(64, 2), 10, 1, new RequestPacing.Closed(1)));
        }
    }

    @Test
    void aBroadcastReachesAll() throws Exception {
        try (Server server = Server.at("tcp://127.0.0.1:0").handler(BroadcastHandler::new).start()) {
            LoadRunResult recording = run(server, new LoadProfile.Broadcast(64), 20, 2, new RequestPacing.Closed(1));
            requireAnswers(recording);
            assertThat(recording.answered()).as("deliveries").isGreaterThan(20);
        }
    }

    @Test
    void anOpenLoopKeepsItsRate() throws Exception {
        try (Server server = echo("tcp://127.0.0.1:0")) {
            LoadRunResult recording = run(server, new LoadProfile.Exchanges(64), 10, 2, new RequestPacing.Open(4_000));
            assertThat(recording.latencyNanos().getTotalCount()).as("that were due in 150 ms").isBetween(585L, 615L);
            assertThat(recording.unanswered()).isZero();
        }
    }

    private static void requireAnswers(LoadRunResult recording) {
        assertThat(recording.answered()).as("answered").isPositive();
        assertThat(recording.unanswered()).as("unanswered").isZero();
        assertThat(recording.lost()).as("lost").isZero();
        assertThat(recording.latencyNanos().getTotalCount()).as("latencies").isPositive();
    }
}
