package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

/// Fault 36 from the command line: a program receives one or two signals to end, while half of its clients never
/// disconnect.
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class TerminationTest {
    private static final int CLIENTS = 50;
    private static final long DEADLINE_MILLIS = 2000;
    /// Much less than the staying clients would take, and much more than the delay of a busy machine.
    private static final Duration SLACK = Duration.ofSeconds(20);
    /// Much less than any wait of the program, and more than the time for handlers to end (1 s).
    private static final Duration AT_ONCE = Duration.ofSeconds(10);

    @TempDir
    private Path directory;

    private CommandLine serve(String model, String drainTimeout) throws Exception {
        List<String> settings = new ArrayList<>(List.of("--model", model, "--drain-timeout", drainTimeout));
        if (model.equals("process-pool")) {
            settings.addAll(List.of("--workers", "2"));
        }
        return WorkerProcesses.serve(directory, settings.toArray(String[]::new));
    }

    /// Clients with one completed exchange and one request that is answered after the given time.
    private static List<WorkerClient> resting(CommandLine server, long millis) throws IOException {
        List<WorkerClient> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            WorkerClient client = new WorkerClient(server);
            clients.add(client);
            client.asks();
            client.say("rest " + millis);
        }
        return clients;
    }

    @ParameterizedTest(name = "{0}")
    @Models({"virtual", "epoll", "io_uring", "process-pool"})
    void clientsHaveUntilTheDeadline(String model) throws Exception {
        try (CommandLine server = serve(model, DEADLINE_MILLIS + "ms")) {
            List<WorkerClient> staying = resting(server, 600_000);
            List<WorkerClient> leaving = resting(server, 300);
            long began = System.nanoTime();
            Signals.send("TERM", server.pid());
            requireRefused(server);
            for (WorkerClient client : leaving) {
                assertThat(client.hears()).as("the process that answered").isPositive();
                client.close();
            }
            assertThat(server.awaitExit(SLACK)).as("exit status").isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isBetween(Duration.ofMillis(DEADLINE_MILLIS), SLACK.plusMillis(DEADLINE_MILLIS));
            for (WorkerClient client : staying) {
                assertThatThrownBy(client::hears).isInstanceOf(IOException.class);
                client.close();
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @Models({"virtual", "epoll", "io_uring", "process-pool"})
    void aSecondSignalEndsItAtOnce(String model) throws Exception {
        try (CommandLine server = serve(model, "1h")) {
            List<WorkerClient> staying = resting(server, 600_000);
            Signals.send("TERM", server.pid());
            requireRefused(server);
            Signals.send("TERM", server.pid());
            assertThat(server.awaitExit(AT_ONCE)).as("exit status").isZero();
            for (WorkerClient client : staying) {
                client.close();
            }
        }
    }

    private static void requireRefused(CommandLine server) throws Exception {
        int port = server.port();
        Eventually.holds(SLACK,
                () -> assertThatThrownBy(() -> new WorkerClient(port).close()).isInstanceOf(ConnectException.class));
    }
}
