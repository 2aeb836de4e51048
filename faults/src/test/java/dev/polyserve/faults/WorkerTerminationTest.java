package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.conformance.TestScope;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// TERM and INT to worker processes: to one of them, to all of them, and to all processes of a server, as systemd sends
/// them (`KillMode=control-group`).
@Order(1)
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class WorkerTerminationTest {
    /// Longer than the test: no deadline ends a request.
    private static final String FAR_DEADLINE = "1h";
    private static final int WORKERS = Requirements.rounds(2, 3);
    private static final long FOR_EVER_MILLIS = 600_000;
    /// How long a signal to a worker would take to have an effect, and some time more (`WorkerReplacement`).
    private static final Duration SIGNALS = Duration.ofMillis(1500);
    private static final String LONGER_THAN_THE_SIGNALS = "rest " + SIGNALS.toMillis();
    /// Much less than the time of the requests, and much more than the delay of a busy machine.
    private static final Duration AT_ONCE = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    private CommandLine serve(String model, String workers, String... settings) throws Exception {
        String[] all = Arrays.copyOf(settings, settings.length + 4);
        System.arraycopy(new String[]{"--model", model, "--workers", workers}, 0, all, settings.length, 4);
        return WorkerProcesses.serve(directory, all);
    }

    private static void awaitReplaced(CommandLine server, long worker, String signal) throws Exception {
        Eventually.holds(() -> assertThat(server.errors())
                .containsPattern("worker \\d+ \\(pid " + worker + "\\) has received " + signal + " and is replaced: "));
    }

    private static void awaitGone(long worker, Duration atMost) throws Exception {
        Eventually.holds(atMost, () -> assertThat(ProcessHandle.of(worker)).as("the worker").isEmpty());
    }

    private static void requireNoneLost(WorkerLoad load) {
        load.end();
        assertThat(load.notConnected()).as("clients that could not connect").isZero();
        assertThat(load.failures()).as("clients that were connected and not served").isEmpty();
    }

    /// Each model, and each signal; with `-Dfull`, a pool of one worker too.
    private static List<Arguments> modelsAndSignals() {
        List<Arguments> usual = List.of(Arguments.of("process-pool", "2", "INT"), Arguments.of("process", "6", "TERM"));
        List<Arguments> more = List.of(Arguments.of("process-pool", "1", "TERM"));
        return TestScope.current() == TestScope.FULL ? Stream.concat(usual.stream(), more.stream()).toList() : usual;
    }

    @ParameterizedTest(name = "{0} {2}")
    @MethodSource("modelsAndSignals")
    void oneWorkerFinishesItsRequestsAndIsReplaced(String model, String workers, String signal) throws Exception {
        try (CommandLine server = serve(model, workers, "--drain-timeout", FAR_DEADLINE);
                WorkerClient client = new WorkerClient(server)) {
            long worker = client.asks();
            try (WorkerLoad load = WorkerLoad.on(server, 2)) {
                Path finished = directory.resolve("finished");
                client.say("await " + finished);
                Set<Long> before = WorkerProcesses.of(server);
                Signals.send(signal, worker);
                awaitReplaced(server, worker, signal);
                Eventually.holds(() -> assertThat(load.servers()).as("the workers that have served, with a new one")
                        .anyMatch(serving -> !before.contains(serving)));
                Files.createFile(finished);
                assertThat(client.hears()).as("the worker that finished its request").isEqualTo(worker);
                awaitGone(worker, Duration.ofSeconds(30));
                long served = load.served();
                Eventually.holds(() -> assertThat(load.served()).as("served later").isGreaterThan(served));
                requireNoneLost(load);
            }
            assertThat(server.errors()).as("the log").doesNotContain(" ended after ");
            assertThat(server.errors().split(" has received ", -1)).as("one sentence").hasSize(2);
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"TERM", "STOP TERM CONT"})
    void allWorkersOfAPoolAreReplaced(String signals) throws Exception {
        try (CommandLine server = serve("process-pool", Integer.toString(WORKERS));
                WorkerLoad load = WorkerLoad.on(server, WORKERS)) {
            Set<Long> before = WorkerProcesses.awaitServing(server, WORKERS);
            for (String signal : signals.split(" ", -1)) {
                for (long worker : before) {
                    Signals.send(signal, worker);
                }
            }
            Eventually.holds(() -> assertThat(WorkerProcesses.of(server)).as("workers").hasSize(WORKERS)
                    .doesNotContainAnyElementsOf(before));
            WorkerProcesses.awaitServing(server, WORKERS);
            requireNoneLost(load);
            assertThat(server.errors()).as("the log").doesNotContain(" ended after ");
        }
    }

    @Test
    void aWorkerThatWaitsForAConnectionIsReplaced() throws Exception {
        try (CommandLine server = serve("process", "4"); WorkerClient client = new WorkerClient(server)) {
            long serving = client.asks();
            Set<Long> spare = new HashSet<>();
            Eventually.holds(() -> {
                spare.clear();
                spare.addAll(WorkerProcesses.of(server));
                assertThat(spare.remove(serving)).as("the worker that serves").isTrue();
                assertThat(spare).as("workers that wait for a connection").hasSize(1);
            });
            Signals.send("TERM", spare.iterator().next());
            Eventually.holds(() -> assertThat(WorkerProcesses.of(server)).as("workers").hasSize(2).contains(serving)
                    .doesNotContainAnyElementsOf(spare));
            try (WorkerClient other = new WorkerClient(server)) {
                assertThat(other.asks()).isNotIn(spare);
            }
            assertThat(client.asks()).isEqualTo(serving);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"process-pool,2", "process,4"})
    void aSecondSignalEndsThatWorkerNow(String model, String workers) throws Exception {
        try (CommandLine server = serve(model, workers, "--drain-timeout", FAR_DEADLINE);
                WorkerClient cut = new WorkerClient(server);
                WorkerClient other = otherWorkersClient(server, cut)) {
            long worker = cut.asks();
            long otherWorker = other.asks();
            Path finished = directory.resolve("finished");
            cut.say("rest " + FOR_EVER_MILLIS);
            other.say("await " + finished);
            Signals.send("TERM", worker);
            awaitReplaced(server, worker, "TERM");
            Signals.send("TERM", worker);
            awaitGone(worker, AT_ONCE);
            assertThatThrownBy(cut::hears).as("the request that was cut").isInstanceOf(IOException.class);
            Files.createFile(finished);
            assertThat(other.hears()).as("another worker's request").isEqualTo(otherWorker);
            assertThat(server.errors()).contains("(pid " + worker + ") has received TERM again and ends now: 1"
                    + " connections are cut off").doesNotContain("(pid " + otherWorker + ")");
        }
    }

    /// A client of another worker.
    private static WorkerClient otherWorkersClient(CommandLine server, WorkerClient client) throws IOException {
        long worker = client.asks();
        while (true) {
            WorkerClient other = new WorkerClient(server);
            if (other.asks() != worker) {
                return other;
            }
            other.close();
        }
    }

    /// Each model, and each order of the signals; with `-Dfull`, each model in each order.
    private static List<Arguments> modelsAndOrders() {
        List<Arguments> usual = List.of(Arguments.of("process-pool", true), Arguments.of("process", false));
        List<Arguments> more = List.of(Arguments.of("process-pool", false), Arguments.of("process", true));
        return TestScope.current() == TestScope.FULL ? Stream.concat(usual.stream(), more.stream()).toList() : usual;
    }

    @ParameterizedTest(name = "{0}, supervisor first: {1}")
    @MethodSource("modelsAndOrders")
    void aSignalToAllProcessesDrainsTheServer(String model, boolean supervisorFirst) throws Exception {
        try (CommandLine server = serve(model, "2", "--drain-timeout", FAR_DEADLINE)) {
            if (model.equals("process-pool")) {
                WorkerProcesses.awaitServing(server, 2);
            }
            // Under process both workers are busy, and there is no other one that starts.
            try (WorkerClient one = new WorkerClient(server); WorkerClient other = new WorkerClient(server)) {
                long worker = one.asks();
                long otherWorker = other.asks();
                one.say(LONGER_THAN_THE_SIGNALS);
                other.say(LONGER_THAN_THE_SIGNALS);
                sendToAll(server, WorkerProcesses.of(server), supervisorFirst);
                assertThat(one.hears()).as("the worker that finished its request").isEqualTo(worker);
                assertThat(other.hears()).as("the worker that finished its request").isEqualTo(otherWorker);
            }
            assertThat(server.awaitExit(AT_ONCE)).as("exit status").isZero();
            assertThat(server.errors()).as("the log").doesNotContain("has received").doesNotContain(" ended after ");
        }
    }

    private static void sendToAll(CommandLine server, Set<Long> workers, boolean supervisorFirst) throws IOException {
        if (supervisorFirst) {
            Signals.send("TERM", server.pid());
        }
        for (long worker : workers) {
            Signals.send("TERM", worker);
        }
        if (!supervisorFirst) {
            Signals.send("TERM", server.pid());
        }
    }

    /// The second signal to all processes of a server reaches the workers earlier than the supervisor.
    @ParameterizedTest(name = "{0}")
    @CsvSource({"process-pool,2", "process,4"})
    void theWorkersLeaveASecondSignalToTheServer(String model, String workers) throws Exception {
        try (CommandLine server = serve(model, workers, "--drain-timeout", FAR_DEADLINE)) {
            try (WorkerClient finishing = new WorkerClient(server); WorkerClient cut = new WorkerClient(server)) {
                long worker = finishing.asks();
                Set<Long> serving = new HashSet<>(List.of(worker, cut.asks()));
                Path finished = directory.resolve("finished");
                finishing.say("await " + finished);
                cut.say("rest " + FOR_EVER_MILLIS);
                sendToAll(server, serving, false);
                int port = server.port();
                Eventually.holds(() -> assertThatThrownBy(() -> new WorkerClient(port).close())
                        .isInstanceOf(ConnectException.class));
                for (long process : serving) {
                    Signals.send("TERM", process);
                }
                // The time in which nothing must happen.
                TimeUnit.NANOSECONDS.sleep(SIGNALS.toNanos());
                Files.createFile(finished);
                assertThat(finishing.hears()).as("the worker that finished its request").isEqualTo(worker);
                Signals.send("TERM", server.pid());
                assertThat(server.awaitExit(AT_ONCE)).as("exit status").isZero();
            }
            assertThat(server.errors()).as("the log").doesNotContain("has received").doesNotContain(" ended after ");
        }
    }

    /// Without a supervisor, workers drain, and a second signal ends each of them.
    @ParameterizedTest(name = "{0}")
    @CsvSource({"process-pool,1", "process,4"})
    void aSecondSignalEndsAWorkerWithoutSupervisor(String model, String workers) throws Exception {
        try (CommandLine server = serve(model, workers, "--drain-timeout", FAR_DEADLINE);
                WorkerClient client = new WorkerClient(server)) {
            ProcessHandle worker = ProcessHandle.of(client.asks()).orElseThrow();
            client.say("rest 2000");
            Signals.send("KILL", server.pid());
            int port = server.port();
            Eventually.holds(() -> assertThatThrownBy(() -> new WorkerClient(port).close())
                    .isInstanceOf(ConnectException.class));
            Signals.send("TERM", worker.pid());
            client.say("rest " + FOR_EVER_MILLIS);
            assertThat(client.hears()).as("the worker that finished its request").isEqualTo(worker.pid());
            Signals.send("TERM", worker.pid());
            worker.onExit().get(AT_ONCE.toSeconds(), TimeUnit.SECONDS);
        }
    }
}
