package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Fault 31, and other changes of the workers of a healthy server.
@Order(1)
@Timeout(90)
class WorkerNumbersTest {
    private static final long STEPS = 50;
    private static final int HUP = 1;
    private static final int INT = 2;
    private static final int TERM = 15;
    private static final int TTIN = 21;
    private static final int TTOU = 22;

    @TempDir
    private Path directory;

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"epoll", "io_uring"})
    void recyclingAffectsNoClient(String inner) throws Exception {
        Requirements.model(inner);
        try (CommandLine server = WorkerProcesses.serve(directory, "--model", "process-pool", "--workers", "2",
                "--inner", inner, "--recycle-connections", "200");
                WorkerLoad load = WorkerLoad.on(server, 4)) {
            int workers = Requirements.repetitions(Requirements.rounds(3, 5));
            Eventually.holds(Duration.ofSeconds(60),
                    () -> assertThat(load.servers()).as("workers that have served").hasSizeGreaterThan(workers));
            load.end();
            assertThat(load.notConnected()).as("clients that could not connect").isZero();
            assertThat(load.notServed()).as("clients that were connected and not served").isZero();
            assertThat(server.errors()).as("the log").doesNotContain(" ended after ");
        }
    }

    /// `-Dpolyserve.recycle.clients=20000` sets the number of clients.
    @Test
    @Timeout(600)
    void recyclingIsSpreadOut() throws Exception {
        long clients = Long.getLong("polyserve.recycle.clients", Requirements.rounds(500, 1000));
        try (CommandLine server = WorkerProcesses.serve(directory, "--model", "process-pool", "--workers", "4",
                "--inner", "epoll", "--recycle-connections", "100")) {
            Eventually.holds(() -> assertThat(WorkerProcesses.of(server)).hasSize(4));
            Set<Long> first = WorkerProcesses.of(server);
            Map<Long, Instant> later = new HashMap<>();
            try (WorkerLoad load = WorkerLoad.on(server, 4)) {
                for (long step = 1; step <= STEPS; step++) {
                    long sofar = step * clients / STEPS;
                    Eventually.holds(Duration.ofSeconds(60),
                            () -> assertThat(load.served()).as("clients served").isGreaterThanOrEqualTo(sofar));
                    later.putAll(WorkerProcesses.starts(server));
                }
                Eventually.holds(Duration.ofSeconds(60), () -> {
                    askUnlessEnded(server, 4 * first.size());
                    later.putAll(WorkerProcesses.starts(server));
                    first.forEach(later::remove);
                    assertThat(later).as("workers that were started for others")
                            .hasSizeGreaterThanOrEqualTo(first.size());
                });
                load.end();
                requireSpread(later.values().stream().sorted().toList(), load);
                assertThat(load.notConnected()).as("clients that could not connect").isZero();
                assertThat(load.failures())
                        .as("clients that were connected and not served; the log: " + server.errors())
                        .isEmpty();
            }
        }
    }

    /// Each client counts for a worker, which may end, being recycled, before the client asks.
    private static void askUnlessEnded(CommandLine server, int clients) {
        try {
            WorkerProcesses.askAtOnce(server, clients);
        } catch (IOException e) {
            assertThat(e).hasMessageMatching(".*(ended the connection|reset|Broken pipe).*");
        }
    }

    /// A worker ends only after its replacement serves, so the starts are at least one start time apart.
    private static void requireSpread(List<Instant> starts, WorkerLoad load) {
        Duration least = Duration.ofDays(1);
        for (int i = 1; i < starts.size(); i++) {
            Duration between = Duration.between(starts.get(i - 1), starts.get(i));
            least = between.compareTo(least) < 0 ? between : least;
        }
        System.out.println(load.served() + " clients, of which " + load.notConnected() + " could not connect; "
                + starts.size() + " workers were started for others, at least " + least.toMillis()
                + " ms after one another");
        assertThat(least).isGreaterThan(Duration.ofMillis(50));
    }

    @Test
    void signalsAddAndRemoveWorkers() throws Exception {
        try (CommandLine server = WorkerProcesses.serve(directory, "--model", "process-pool", "--workers", "1")) {
            Set<Long> first = WorkerProcesses.awaitServing(server, 1);
            Signals.send("TTIN", server.pid());
            assertThat(WorkerProcesses.awaitServing(server, 2)).containsAll(first);
            Eventually.holds(() -> assertThat(server.errors()).contains("the maximum number of worker processes to 2"));
            Signals.send("TTOU", server.pid());
            WorkerProcesses.awaitServing(server, 1);
            Signals.send("TTOU", server.pid());
            Eventually.holds(() -> assertThat(server.errors().split("the maximum number of worker processes to 1", -1))
                    .hasSize(3));
            WorkerProcesses.awaitServing(server, 1);
        }
        try (CommandLine other = CommandLine.serve(directory, "--model", "virtual", "--listen", "tcp://127.0.0.1:0")) {
            // The default action stops the process, unless its process group is orphaned.
            assertThat(signalsTaken(other.pid())).as("signals with a handler").contains(TERM)
                    .doesNotContain(TTIN, TTOU);
            Signals.send("TTIN", other.pid());
            Signals.send("CONT", other.pid());
            try (Client client = Client.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), other.port()))) {
                client.converses();
            }
            assertThat(other.errors()).as("no request for a worker").doesNotContain("worker");
        }
    }

    /// The signals that a process handles or ignores (proc_pid_status(5)).
    private static Set<Integer> signalsTaken(long pid) throws Exception {
        Set<Integer> taken = new HashSet<>();
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("SigCgt:") || line.startsWith("SigIgn:")) {
                long mask = Long.parseUnsignedLong(line.substring(line.indexOf('\t') + 1), 16);
                IntStream.rangeClosed(1, Long.SIZE).filter(signal -> (mask >>> (signal - 1) & 1) != 0)
                        .forEach(taken::add);
            }
        }
        return taken;
    }

    /// These signals concern the server, also if they are sent to all its processes.
    @Test
    void workersGoOnAfterSignalsThatConcernTheServer() throws Exception {
        try (CommandLine server = WorkerProcesses.serve(directory, "--model", "process-pool", "--workers", "1")) {
            Set<Long> workers = WorkerProcesses.awaitServing(server, 1);
            try (WorkerClient client = new WorkerClient(server)) {
                long worker = client.asks();
                assertThat(workers).containsExactly(worker);
                for (String signal : List.of("HUP", "USR1", "USR2", "TTIN", "TTOU")) {
                    Signals.send(signal, worker);
                    // A signal handler of the JVM runs concurrently with the serving threads, so the exit may come
                    // later.
                    assertThat(client.asks()).as("served after " + signal).isEqualTo(worker);
                }
                assertThat(signalsTaken(worker)).contains(HUP, INT, TERM);
            }
            assertThat(WorkerProcesses.awaitServing(server, 1)).isEqualTo(workers);
        }
    }

    @Test
    void aChangedConfigurationReachesTheWorkers() throws Exception {
        Path config = Files.writeString(directory.resolve("config.toml"), "idle-timeout = \"5m\"\n");
        try (CommandLine server = WorkerProcesses.serve(directory, "--model", "process-pool", "--workers", "1",
                "--config", config.toString())) {
            Set<Long> before = WorkerProcesses.awaitServing(server, 1);
            try (Client idle = Client.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))) {
                idle.converses();
                Files.writeString(config, "idle-timeout = \"100ms\"\n");
                Signals.send("HUP", server.pid());
                idle.seesTheEnd();
            }
            assertThat(WorkerProcesses.awaitServing(server, 1)).as("the workers are not replaced")
                    .isEqualTo(before);
        }
    }
}
