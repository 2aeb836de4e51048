package dev.polyserve.faults;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.Objects;

/// Sends signals to processes with `kill(2)`, because the program `kill` is missing on small systems.
///
/// **Thread**: any.
final class Signals {
    /// The numbers of Linux, signal(7).
    private static final Map<String, Integer> NUMBERS = Map.of("HUP", 1, "INT", 2, "KILL", 9, "USR1", 10, "USR2", 12,
            "TERM", 15, "CONT", 18, "STOP", 19, "TTIN", 21, "TTOU", 22);
    private static final MethodHandle KILL = Linker.nativeLinker().downcallHandle(
            Linker.nativeLinker().defaultLookup().findOrThrow("kill"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

    private Signals() {}

    /// Sends a signal.
    ///
    /// @param name without `SIG`
    static void send(String name, long pid) throws IOException {
        int number = Objects.requireNonNull(NUMBERS.get(name), name);
        int result;
        try {
            result = (int) KILL.invokeExact(Math.toIntExact(pid), number);
        } catch (Throwable e) {
            throw new IllegalStateException("kill(2) throws nothing", e);
        }
        if (result != 0) {
            throw new IOException("process " + pid + " cannot be sent the signal " + name);
        }
    }
}
