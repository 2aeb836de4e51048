package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.conformance.TestScope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An idle server sleeps, with an idle client, in every model but `polling`, which asks its sockets in turn.
@Timeout(180)
class IdleServerTest {
    private static final Duration WINDOW = Duration.ofSeconds(8);
    /// The time until the last warm-up is over, and the last monitor sleeps.
    private static final Duration SETTLING = Duration.ofSeconds(60);
    /// A heartbeat of a worker every ten seconds takes three threads, and the supervisor looks after its workers. The
    /// JVM lets a thread wait now and then, until it has compiled a method.
    private static final double MOST_PER_SECOND = 2;

    private static final List<String> USUAL_MODELS = List.of("iterative", "virtual", "nio", "epoll", "io_uring",
            "process",
            "process-pool");

    @TempDir
    private Path directory;

    private static List<String> models() {
        return TestScope.current() == TestScope.FULL ? allModels() : USUAL_MODELS;
    }

    private static List<String> allModels() {
        return Stream.concat(Mode.models().stream().filter(mode -> !mode.polling()).map(Mode::model),
                Stream.of("process", "process-pool")).distinct().toList();
    }

    @Test
    void wakesAtMostTwiceASecond() throws Exception {
        List<String> models = models();
        List<CommandLine> servers = new ArrayList<>();
        List<WorkerClient> clients = new ArrayList<>();
        try {
            for (String model : models) {
                CommandLine server = WorkerProcesses.serve(Files.createDirectory(directory.resolve(model)), "--model",
                        model);
                servers.add(server);
                WorkerClient client = new WorkerClient(server);
                clients.add(client);
                client.asks();
            }
            requireSleep(models, servers);
            for (WorkerClient client : clients) {
                client.asks();
                client.close();
            }
        } finally {
            servers.forEach(CommandLine::close);
        }
    }

    private static void requireSleep(List<String> models, List<CommandLine> servers) throws Exception {
        List<ProcessHandle> processes = servers.stream()
                .map(server -> ProcessHandle.of(server.pid()).orElseThrow()).toList();
        Eventually.holds(SETTLING, () -> {
            List<ProcessorTime.Wakeups> wakeups = ProcessorTime.wakeups(processes, WINDOW);
            for (int i = 0; i < wakeups.size(); i++) {
                assertThat(wakeups.get(i).perSecond())
                        .as("wake-ups a second of %s: %s", models.get(i), wakeups.get(i).runs())
                        .isLessThan(MOST_PER_SECOND);
            }
        });
    }
}
