package dev.polyserve.linux.process;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/// Finds process groups with running members. A signal does not detect these: it also reaches zombies
/// ([RunningProcess]).
///
/// **Thread**: any.
public final class LiveProcessGroups {
    private static final Path PROC = Path.of("/proc");

    private LiveProcessGroups() {}

    /// The groups of all processes that have not ended, as far as this user may see them. Reads a file for each
    /// process.
    public static Set<Integer> running() throws IOException {
        Set<Integer> groups = new HashSet<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                RunningProcess.at(process).ifPresent(one -> groups.add(one.group()));
            }
        }
        return groups;
    }
}
