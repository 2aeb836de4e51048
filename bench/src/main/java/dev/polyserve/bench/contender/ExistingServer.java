package dev.polyserve.bench.contender;

import java.util.List;
import java.util.Optional;

/// A server that was not started by this benchmark: it is observed only.
///
/// @param name the name in tables
/// @param processes the processes found; none when they are not known
record ExistingServer(String name, ContenderProcesses processes) implements RunningContender.Lifecycle {
    @Override
    public Optional<String> ended() {
        boolean known = !processes.roots().isEmpty();
        return known && processes.pids().isEmpty()
                ? Optional.of(name + " has ended; its own logs may say why")
                : Optional.empty();
    }

    @Override
    public List<String> lastOutput() {
        return List.of();
    }

    @Override
    public void close() {
        // The server ran before the benchmark, and keeps running.
    }
}
