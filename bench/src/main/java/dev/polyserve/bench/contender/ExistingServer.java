package dev.polyserve.bench.contender;

import java.util.List;
import java.util.Optional;

/// The life of a server that somebody else started: only looked at.
///
/// @param name what it is called
/// @param processes those that were found; none when they are not known
record ExistingServer(String name, Processes processes) implements RunningContender.Life {
    @Override
    public Optional<String> ended() {
        boolean known = !processes.roots().isEmpty();
        return known && processes.pids().isEmpty()
                ? Optional.of(name + " has ended; why, those know who started it")
                : Optional.empty();
    }

    @Override
    public List<String> lastWords() {
        return List.of();
    }

    @Override
    public void close() {
        // It was there before us, and stays.
    }
}
