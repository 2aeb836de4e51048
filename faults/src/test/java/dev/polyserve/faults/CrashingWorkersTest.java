package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Fault 27: workers that exit as soon as they start.
@Timeout(90)
class CrashingWorkersTest {
    private static final Duration END = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    @Test
    void areRestartedWithGrowingPauses() throws Exception {
        try (CommandLine server = WorkerProcesses.serve(directory, "--model", "process-pool", "--workers", "2",
                "--inner", "epoll");
                WorkerLoad load = WorkerLoad.on(server, 2)) {
            long victim = WorkerProcesses.awaitServing(server, 2).iterator().next();
            Files.writeString(WorkerProcesses.trouble(directory), "exit 1");
            Signals.send("KILL", victim);
            Eventually.holds(() -> assertThat(server.errors()).contains("exit 1; another one is started in")
                    .contains("crash-looping, 4 in a row have ended as soon as they were started"));
            assertThat(pauses(server)).as("pauses in ms, each about twice the one before").isSorted()
                    .last().satisfies(last -> assertThat(last).isGreaterThan(500));
            long restarts = pauses(server).size();
            assertThat(restarts).as("restarts so far").isLessThan(8);
            Files.delete(WorkerProcesses.trouble(directory));
            WorkerProcesses.awaitServing(server, 2);
            load.end();
            assertThat(load.notConnected()).as("clients of the other worker that could not connect").isZero();
        }
    }

    /// The aim is a hundredth of a processor. The limit here only shows that the supervisor waits and does not spin.
    @Test
    void costNeitherTheSupervisorNorOtherServers() throws Exception {
        Path elsewhere = Files.createDirectory(directory.resolve("other"));
        try (CommandLine server = WorkerProcesses.serve(directory, "--model", "process-pool", "--workers", "1");
                CommandLine other = WorkerProcesses.serve(elsewhere, "--model", "process-pool", "--workers", "1");
                WorkerLoad load = WorkerLoad.on(other, 1)) {
            long victim = WorkerProcesses.awaitServing(server, 1).iterator().next();
            Set<Long> unaffected = WorkerProcesses.awaitServing(other, 1);
            Files.writeString(WorkerProcesses.trouble(directory), "exit 1");
            Signals.send("KILL", victim);
            Eventually.holds(() -> assertThat(server.errors()).contains("crash-looping, 4 in a row"));
            long served = load.served();
            double cores = ProcessorTime.coresUsed(server.pid(), Duration.ofSeconds(3));
            System.out.printf("a supervisor of crash-looping workers uses %.1f %% of a processor%n", 100 * cores);
            assertThat(cores).as("processors").isLessThan(0.1);
            assertThat(load.served()).as("served by the other server").isGreaterThan(served);
            load.end();
            assertThat(load.notConnected() + load.notServed()).as("its clients that were not served").isZero();
            assertThat(WorkerProcesses.of(other)).isEqualTo(unaffected);
            assertThat(server.errors()).contains("crash-looping");
        }
    }

    private static List<Integer> pauses(CommandLine server) throws Exception {
        return server.errors().lines().filter(line -> line.contains("another one is started in"))
                .map(line -> Integer.parseInt(line.replaceAll(".*another one is started in (\\d+) ms.*", "$1")))
                .toList();
    }

    @Test
    void endTheServerWhenTheyReportAConfigurationError() throws Exception {
        try (CommandLine server = WorkerProcesses.serve(directory, "--model", "process-pool", "--workers", "2",
                "--inner", "epoll")) {
            long victim = WorkerProcesses.awaitServing(server, 2).iterator().next();
            Files.writeString(WorkerProcesses.trouble(directory), "exit 78");
            Signals.send("KILL", victim);
            assertThat(server.awaitExit(END)).as("exit status").isEqualTo(1);
            assertThat(server.errors())
                    .contains("exit 78, which says that no other one would do better");
        }
    }

    @Test
    void preventTheStartWhenTheyReportAConfigurationError() throws Exception {
        Requirements.model("process");
        Files.writeString(WorkerProcesses.trouble(directory), "exit 78");
        try (CommandLine server = WorkerProcesses.start(directory, "--model", "process")) {
            assertThat(server.awaitExit(END)).as("exit status").isEqualTo(2);
            assertThat(server.errors())
                    .contains("exit 78, which says that no other one would do better");
        }
    }
}
