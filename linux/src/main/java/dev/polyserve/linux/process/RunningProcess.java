package dev.polyserve.linux.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// What the system tells of a process that has not ended. One that has, and whose parent does not ask how, keeps its number as
/// a zombie, as long as the parent likes: where that is the first process of a container, for ever.
///
/// **Thread**: any.
///
/// @param group the process group that it is in
record RunningProcess(int group) {
    /// The process with this directory in `/proc`; empty when it has ended, or this user may not see it.
    static Optional<RunningProcess> at(Path directory) {
        String text;
        try {
            text = Files.readString(directory.resolve("stat"), StandardCharsets.ISO_8859_1);
        } catch (IOException _) {
            // It has gone, perhaps while we looked.
            return Optional.empty();
        }
        // pid (name, which may have anything) state ppid pgrp …
        String[] afterName = text.substring(text.lastIndexOf(')') + 2).split(" ", 4);
        boolean ended = afterName[0].equals("Z") || afterName[0].equals("X");
        return ended ? Optional.empty() : Optional.of(new RunningProcess(Integer.parseInt(afterName[2])));
    }
}
