package dev.polyserve.bench.contender;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Where programs of the system are looked for.
///
/// @param directories in the order in which they are searched
public record PathLookup(List<Path> directories) {
    /// Keeps a copy.
    public PathLookup {
        directories = List.copyOf(directories);
    }

    /// As this process's `PATH` says.
    public static PathLookup ofThisProcess() {
        String path = System.getenv().getOrDefault("PATH", "");
        return new PathLookup(
                Stream.of(path.split(File.pathSeparator, -1)).filter(part -> !part.isEmpty()).map(Path::of)
                        .toList());
    }

    /// The program's file, when there is one that can be run.
    public Optional<String> find(String program) {
        return directories.stream().map(directory -> directory.resolve(program))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file)).map(Path::toString).findFirst();
    }
}
