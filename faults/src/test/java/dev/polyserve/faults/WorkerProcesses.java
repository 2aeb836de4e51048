package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// The worker processes of a server.
final class WorkerProcesses {
    private static final int CLIENTS_PER_WORKER = 8;

    private WorkerProcesses() {}

    /// Starts a server of [WorkerHandler] with these settings.
    static CommandLine serve(Path directory, String... settings) throws Exception {
        return CommandLine.serve(directory, options(directory), arguments(settings));
    }

    /// Starts a server whose workers watch the file that selects their fault, while they serve.
    static CommandLine serveWatching(Path directory, String... settings) throws Exception {
        List<String> options = new ArrayList<>(options(directory));
        options.add("-D" + WorkerHandler.WATCH + "=true");
        return CommandLine.serve(directory, options, arguments(settings));
    }

    /// Starts a server without waiting for its ready line.
    static CommandLine start(Path directory, String... settings) throws Exception {
        return CommandLine.start(directory, options(directory), arguments(settings));
    }

    private static List<String> options(Path directory) {
        Requirements.model("process-pool");
        return List.of("-D" + WorkerHandler.TROUBLE + "=" + trouble(directory));
    }

    /// The arguments that serve [WorkerHandler].
    static List<String> arguments(String... settings) {
        List<String> arguments = new ArrayList<>(List.of("--handler", WorkerHandler.class.getName(), "--class-path",
                Settings.origin(WorkerHandler.class), "--quiet"));
        arguments.addAll(List.of(settings));
        if (!arguments.contains("--listen")) {
            arguments.addAll(List.of("--listen", "tcp://127.0.0.1:0"));
        }
        return arguments;
    }

    /// The file that selects the fault of the workers.
    static Path trouble(Path directory) {
        return directory.resolve("trouble");
    }

    /// The ids of the live workers.
    static Set<Long> of(CommandLine server) {
        return ProcessHandle.of(server.pid()).stream().flatMap(ProcessHandle::children).map(ProcessHandle::pid)
                .collect(Collectors.toSet());
    }

    /// The start time of each worker, in the resolution of the system: a hundredth of a second.
    static Map<Long, Instant> starts(CommandLine server) {
        return ProcessHandle.of(server.pid()).stream().flatMap(ProcessHandle::children)
                .flatMap(child -> child.info().startInstant().map(start -> Map.entry(child.pid(), start)).stream())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /// Waits until this many workers live, and all of them serve.
    static Set<Long> awaitServing(CommandLine server, int count) throws Exception {
        Set<Long> serving = new HashSet<>();
        Eventually.holds(() -> {
            assertThat(of(server)).as("live workers; errors: " + server.errors()).hasSize(count);
            serving.addAll(askAtOnce(server, CLIENTS_PER_WORKER * count));
            assertThat(of(server)).as("live workers; errors: " + server.errors()).hasSize(count)
                    .allMatch(serving::contains);
        });
        return of(server);
    }

    /// Connects this many clients before the first one asks, so that workers that are busy leave some to the others: the
    /// system wakes the same worker as long as it waits.
    ///
    /// @return the ids of the workers that have served them
    static Set<Long> askAtOnce(CommandLine server, int count) throws IOException {
        Set<Long> serving = new HashSet<>();
        Deque<WorkerClient> clients = new ArrayDeque<>();
        try {
            for (int i = 0; i < count; i++) {
                clients.add(new WorkerClient(server));
            }
            while (!clients.isEmpty()) {
                try (WorkerClient client = clients.remove()) {
                    serving.add(client.asks());
                }
            }
            return serving;
        } finally {
            for (WorkerClient client : clients) {
                client.close();
            }
        }
    }
}
