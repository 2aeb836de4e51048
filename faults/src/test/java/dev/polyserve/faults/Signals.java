package dev.polyserve.faults;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Sends signals to processes with `kill(2)`, because the program `kill` is missing on small systems.
///
/// **Thread**: any.
final class Signals {
    private static final MethodHandle KILL = Linker.nativeLinker().downcallHandle(
            Linker.nativeLinker().defaultLookup().findOrThrow("kill"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

    private Signals() {}

    /// Sends a signal. STOP is waited for, because threads of the process run until the system has stopped each of them.
    ///
    /// @param name without `SIG`
    static void send(String name, long pid) throws IOException {
        int result;
        try {
            result = (int) KILL.invokeExact(Math.toIntExact(pid), number(name));
        } catch (Throwable e) {
            throw new IllegalStateException("kill(2) throws nothing", e);
        }
        if (result != 0) {
            throw new IOException("process " + pid + " cannot be sent the signal " + name);
        }
        if (name.equals("STOP")) {
            while (!states(pid).stream().allMatch(state -> state == 'T')) {
                Thread.onSpinWait();
            }
        }
    }

    /// The number on Linux, signal(7).
    private static int number(String name) {
        return switch (name) {
            case "HUP" -> 1;
            case "INT" -> 2;
            case "QUIT" -> 3;
            case "KILL" -> 9;
            case "USR1" -> 10;
            case "USR2" -> 12;
            case "TERM" -> 15;
            case "CONT" -> 18;
            case "STOP" -> 19;
            case "TTIN" -> 21;
            case "TTOU" -> 22;
            default -> throw new IllegalArgumentException("no number for the signal " + name);
        };
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
