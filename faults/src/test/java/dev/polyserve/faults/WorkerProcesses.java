package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// The worker processes of a server.
final class WorkerProcesses {
    private WorkerProcesses() {}

    /// Starts a server of [WorkerHandler] with these settings.
    static CommandLine serve(Path directory, String... settings) throws Exception {
        return CommandLine.serve(directory, options(directory), arguments(settings));
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
        try (WorkerLoad load = WorkerLoad.on(server, 2 * count)) {
            return awaitServing(server, count, load);
        }
    }

    /// Waits until this many workers live, and each has answered one of these clients.
    static Set<Long> awaitServing(CommandLine server, int count, WorkerLoad load) throws Exception {
        Eventually.holds(() -> assertThat(of(server)).as("live workers; errors: " + server.errors()).hasSize(count)
                .allMatch(load.servers()::contains));
        return of(server);
    }
}
