package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A program that must end while its loops or handlers are blocked, or its memory is exhausted.
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class BlockedServerTest {
    /// The exit status after TERM.
    private static final int SIGTERM = 15;
    private static final int TERMINATED = 128 + SIGTERM;
    private static final Duration SLACK = Duration.ofSeconds(30);

    @TempDir
    private Path directory;
    private Path pipe;

    @BeforeEach
    void pipe() throws Exception {
        pipe = directory.resolve("pipe");
        Process made = new ProcessBuilder("mkfifo", pipe.toString()).start();
        assertThat(made.waitFor(SLACK.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    private CommandLine serve(String model, List<String> options, String... settings) throws Exception {
        List<String> all = new ArrayList<>(List.of("--model", model));
        if (model.equals("process-pool")) {
            all.addAll(List.of("--workers", "1", "--inner", "epoll"));
        }
        all.addAll(List.of(settings));
        Requirements.model(model);
        return CommandLine.serve(directory, options, WorkerProcesses.arguments(all.toArray(String[]::new)));
    }

    /// A client with a request that blocks the thread of its handler.
    private WorkerClient sticking(CommandLine server) throws Exception {
        WorkerClient client = new WorkerClient(server);
        client.asks();
        client.say("stick " + pipe);
        return client;
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"epoll", "nio", "io_uring", "process-pool"})
    void aServerWithABlockedLoopEndsSoonAfterItsDeadline(String model) throws Exception {
        try (CommandLine server = serve(model, List.of(), "--drain-timeout", "200ms");
                WorkerClient _ = sticking(server)) {
            Signals.send("TERM", server.pid());
            server.awaitExit(SLACK);
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"epoll", "thread"})
    void aServerWithABlockedHandlerEndsWithASecondSignal(String model) throws Exception {
        try (CommandLine server = serve(model, List.of(), "--drain-timeout", "1h");
                WorkerClient _ = sticking(server)) {
            Eventually.holds(SLACK, () -> {
                if (server.isAlive()) {
                    Signals.send("TERM", server.pid());
                }
                assertThat(server.isAlive()).isFalse();
            });
        }
    }

    /// Of the collectors, the JVM takes the serial one on a machine with one processor or little memory.
    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource({"epoll, UseG1GC", "virtual, UseSerialGC"})
    void aServerWithoutMemoryIsEndedByTheSystem(String model, String collector) throws Exception {
        try (CommandLine server = serve(model, List.of("-Xmx48m", "-XX:+" + collector), "--drain-timeout", "1h");
                WorkerClient client = new WorkerClient(server)) {
            assertThat(hears(SIGTERM, server.pid())).isTrue();
            client.say("fill");
            Eventually.holds(SLACK, () -> assertThat(hears(SIGTERM, server.pid())).isFalse());
            Signals.send("TERM", server.pid());
            assertThat(server.awaitExit(SLACK)).isEqualTo(TERMINATED);
        }
    }

    /// Whether a process has a handler for a signal, from `/proc/PID/status`.
    private static boolean hears(int signal, long pid) throws IOException {
        String caught = Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                .filter(line -> line.startsWith("SigCgt:")).findFirst().orElseThrow();
        long mask = Long.parseUnsignedLong(caught.substring(caught.indexOf(':') + 1).strip(), 16);
        return (mask & 1L << (signal - 1)) != 0;
    }
}
