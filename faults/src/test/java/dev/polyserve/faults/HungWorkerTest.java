package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Faults 28 and 29: a hung worker is replaced. A worker with slow handlers is not, nor is any worker after its
/// supervisor was suspended.
@Order(1)
@Timeout(90)
class HungWorkerTest {
    private static final Duration SILENCE = Duration.ofSeconds(4);
    private static final Duration LONGER = SILENCE.plusSeconds(2);

    @TempDir
    private Path directory;

    private CommandLine serve(String workers, String inner) throws Exception {
        return WorkerProcesses.serve(directory, "--model", "process-pool", "--workers", workers, "--inner", inner,
                "--worker-silence", SILENCE.toMillis() + "ms");
    }

    @Test
    void isKilledAndReplaced() throws Exception {
        try (CommandLine server = serve("2", "thread"); WorkerLoad _ = WorkerLoad.on(server, 2)) {
            Set<Long> both = WorkerProcesses.awaitServing(server, 2);
            try (WorkerClient patient = new WorkerClient(server)) {
                long resting = patient.asks();
                patient.say("rest " + LONGER.toMillis());
                long hung = both.stream().filter(pid -> pid != resting).findFirst().orElseThrow();
                Signals.send("STOP", hung);
                assertThat(patient.hears()).as("the process that answered").isEqualTo(resting);
                Eventually.holds(() -> assertThat(server.errors())
                        .containsPattern("worker \\d \\(pid " + hung + "\\) has been silent for 4000 ms")
                        .containsPattern("\\(pid " + hung + "\\) ended .*by us: its accept loop was stuck"));
                assertThat(WorkerProcesses.awaitServing(server, 2)).contains(resting).doesNotContain(hung);
                assertThat(server.errors()).doesNotContain("(pid " + resting + ")");
            }
        }
    }

    /// The clients of a stopped worker cannot be waited for, and nothing takes its place.
    @Test
    void isNotReplacedWhenTheServerDrains() throws Exception {
        try (CommandLine server = WorkerProcesses.serve(directory, "--model", "process", "--drain-timeout", "500ms");
                WorkerClient client = new WorkerClient(server)) {
            long stopped = client.asks();
            Signals.send("STOP", stopped);
            Signals.send("TERM", server.pid());
            assertThat(server.awaitExit(Duration.ofSeconds(20))).isZero();
            assertThat(server.errors()).containsPattern("\\(pid " + stopped + "\\) ended .*: killed by SIGKILL")
                    .doesNotContain("another one is started");
        }
    }

    @Test
    void isReportedWithItsThreads() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        try (CommandLine server = serve("1", "epoll"); WorkerClient client = new WorkerClient(server)) {
            long stuck = client.asks();
            client.say("stick " + pipe);
            Eventually.holds(() -> assertThat(server.errors()).contains("(pid " + stuck + ") is doing this:")
                    .contains("\"polyserve-control\"")
                    .containsPattern("(?s)the accept loop, polyserve-loop-0\\s[^\"]*WorkerHandler.handle")
                    .contains("by us: its accept loop was stuck"));
            assertThat(WorkerProcesses.awaitServing(server, 1)).doesNotContain(stuck);
        }
    }

    @Test
    void isNotAssumedAfterTheSupervisorWasSuspended() throws Exception {
        try (CommandLine server = serve("2", "epoll"); WorkerLoad load = WorkerLoad.on(server, 2)) {
            Set<Long> before = WorkerProcesses.awaitServing(server, 2);
            Signals.send("STOP", server.pid());
            long began = System.nanoTime();
            long served = load.served();
            awaitSince(began, LONGER);
            assertThat(load.served()).as("served while the supervisor is stopped").isGreaterThan(served);
            Signals.send("CONT", server.pid());
            Signals.send("USR1", server.pid());
            Eventually.holds(() -> assertThat(server.errors()).contains("status: connections"));
            awaitSince(began, LONGER.plus(SILENCE));
            assertThat(WorkerProcesses.of(server)).isEqualTo(before);
            assertThat(server.errors()).doesNotContain("has been silent");
            load.end();
            assertThat(load.notConnected() + load.notServed()).as("clients that were not served").isZero();
        }
    }

    /// Passes the time in which nothing must happen.
    private static void awaitSince(long beganNanos, Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(beganNanos + time.toNanos() - System.nanoTime());
    }
}
