package dev.polyserve.linux.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// A process that has not ended, as `/proc` shows it. An ended process that its parent has not reaped keeps its number
/// as a zombie: where the parent is the first process of a container, possibly for ever.
///
/// **Thread**: any.
///
/// @param group its process group
record RunningProcess(int group) {
    /// The process with this directory in `/proc`; empty when it has ended, or this user may not see it.
    static Optional<RunningProcess> at(Path directory) {
        String text;
        try {
            text = Files.readString(directory.resolve("stat"), StandardCharsets.ISO_8859_1);
        } catch (IOException _) {
            // The process has gone, perhaps during the look-up.
            return Optional.empty();
        }
        // pid (name, which may contain any character) state ppid pgrp …
        String[] afterName = text.substring(text.lastIndexOf(')') + 2).split(" ", 4);
        boolean ended = afterName[0].equals("Z") || afterName[0].equals("X");
        return ended ? Optional.empty() : Optional.of(new RunningProcess(Integer.parseInt(afterName[2])));
    }
}
