package dev.polyserve.bench.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Reads files of `/proc`; a missing file gives an empty result: the process has ended, may not be inspected, or the
/// system has no `/proc`.
///
/// **Thread**: any.
public final class ProcFiles {
    private static final Path ROOT = Path.of("/proc");
    private static final int KIB = 1024;

    private ProcFiles() {}

    /// The text of a file, given by its path below `/proc`.
    public static Optional<String> text(String first, String... more) {
        try {
            // Names of processes and sockets may contain any byte.
            return Optional.of(Files.readString(file(first, more), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// The names in a directory.
    public static Optional<List<String>> names(String first, String... more) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(file(first, more))) {
            entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
            return Optional.of(names);
        } catch (IOException | DirectoryIteratorException e) {
            return Optional.empty();
        }
    }

    /// The target of a symbolic link.
    public static Optional<String> link(String first, String... more) {
        try {
            return Optional.of(Files.readSymbolicLink(file(first, more)).toString());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// The ids of all processes.
    public static List<Long> processes() {
        return names(".").orElse(List.of()).stream().filter(name -> Character.isDigit(name.charAt(0)))
                .map(Long::parseLong).toList();
    }

    /// The value of a line `Key: value`.
    public static Optional<String> field(String text, String key) {
        return text.lines().filter(line -> line.startsWith(key + ":"))
                .map(line -> line.substring(key.length() + 1).strip()).findFirst();
    }

    /// The value of a line `Key: 123 kB`, in bytes.
    public static OptionalLong bytes(String text, String key) {
        return field(text, key).filter(value -> value.endsWith(" kB"))
                .map(value -> OptionalLong.of(Long.parseLong(value.substring(0, value.indexOf(' '))) * KIB))
                .orElse(OptionalLong.empty());
    }

    private static Path file(String first, String... more) {
        return ROOT.resolve(Path.of(first, more));
    }
}
