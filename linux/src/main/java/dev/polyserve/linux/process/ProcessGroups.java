package dev.polyserve.linux.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/// Which process groups have members that run. A signal also reaches zombies, which stay as long as their parent likes: where
/// that is the first process of a container, for ever.
///
/// **Thread**: any.
public final class ProcessGroups {
    private static final Path PROC = Path.of("/proc");

    private ProcessGroups() {}

    /// The groups of all processes that have not ended, as far as this user may see them: reads a file for each.
    public static Set<Integer> running() throws IOException {
        Set<Integer> groups = new HashSet<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                add(groups, process.resolve("stat"));
            }
        }
        return groups;
    }

    /// `pid (name, which may have anything) state ppid pgrp …`
    private static void add(Set<Integer> groups, Path stat) {
        try {
            String text = Files.readString(stat, StandardCharsets.ISO_8859_1);
            String[] afterName = text.substring(text.lastIndexOf(')') + 2).split(" ", 4);
            if (!afterName[0].equals("Z") && !afterName[0].equals("X")) {
                groups.add(Integer.parseInt(afterName[2]));
            }
        } catch (IOException _) {
            // It has gone while we looked, so it runs no more.
            return;
        }
    }
}
