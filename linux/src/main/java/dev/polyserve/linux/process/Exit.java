package dev.polyserve.linux.process;

import java.time.Duration;
import java.util.Map;

/// How a child ended.
///
/// @param how by itself or by a signal
/// @param cpu the processor time of the child and of the children that it has waited for
public record Exit(How how, Duration cpu) {
    private static final Map<Integer, String> SIGNALS = Map.ofEntries(Map.entry(1, "SIGHUP"), Map.entry(2, "SIGINT"),
            Map.entry(3, "SIGQUIT"), Map.entry(4, "SIGILL"), Map.entry(5, "SIGTRAP"), Map.entry(6, "SIGABRT"),
            Map.entry(7, "SIGBUS"), Map.entry(8, "SIGFPE"), Map.entry(9, "SIGKILL"), Map.entry(10, "SIGUSR1"),
            Map.entry(11, "SIGSEGV"), Map.entry(12, "SIGUSR2"), Map.entry(13, "SIGPIPE"), Map.entry(14, "SIGALRM"),
            Map.entry(15, "SIGTERM"), Map.entry(24, "SIGXCPU"), Map.entry(25, "SIGXFSZ"), Map.entry(31, "SIGSYS"));

    /// By itself or by a signal.
    public sealed interface How {}

    /// It ended by itself.
    ///
    /// @param number its exit status, 0 for success
    public record Code(int number) implements How {}

    /// A signal ended it.
    ///
    /// @param number the number of the signal
    public record Signal(int number) implements How {}

    /// The description: `exit 0`, or `killed by SIGTERM`.
    public String text() {
        return switch (how) {
            case Code code -> "exit " + code.number;
            case Signal signal -> "killed by " + SIGNALS.getOrDefault(signal.number, "signal " + signal.number);
        };
    }
}
