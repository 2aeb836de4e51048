package dev.polyserve.bench.contender;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Looks up programs in a search path.
///
/// @param directories in search order
public record ExecutableLookup(List<Path> directories) {
    /// Copies the directories.
    public ExecutableLookup {
        directories = List.copyOf(directories);
    }

    /// The `PATH` of this process.
    public static ExecutableLookup ofThisProcess() {
        String path = System.getenv().getOrDefault("PATH", "");
        return new ExecutableLookup(
                Stream.of(path.split(File.pathSeparator, -1)).filter(part -> !part.isEmpty()).map(Path::of)
                        .toList());
    }

    /// The program's file; empty when there is no executable file of that name.
    public Optional<String> find(String program) {
        return directories.stream().map(directory -> directory.resolve(program))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file)).map(Path::toString).findFirst();
    }
}
