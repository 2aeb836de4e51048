package dev.polyserve.faults;

import dev.polyserve.linux.process.SignalNames;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.ProcessCalls;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Sends signals to processes; the program `kill` is missing on small systems.
///
/// **Thread**: any.
final class Signals {
    private Signals() {}

    /// Sends a signal. STOP is waited for, because threads of the process run until the system has stopped each of them.
    ///
    /// @param name without `SIG`
    static void send(String name, long pid) throws IOException {
        SystemCallException.require("kill",
                ProcessCalls.kill(SystemCallMemory.small(), Math.toIntExact(pid), SignalNames.number(name)));
        if (name.equals("STOP")) {
            while (!states(pid).stream().allMatch(state -> state == 'T')) {
                Thread.onSpinWait();
            }
        }
    }

    /// The states of the threads of a process, proc_pid_stat(5).
    private static List<Character> states(long pid) throws IOException {
        List<Character> states = new ArrayList<>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path thread : threads) {
                String stat = Files.readString(thread.resolve("stat"));
                states.add(stat.charAt(stat.lastIndexOf(')') + 2));
            }
        } catch (NoSuchFileException ended) {
            // A thread ended meanwhile: the next look does not see it.
            states.add('X');
        }
        return states;
    }
}
