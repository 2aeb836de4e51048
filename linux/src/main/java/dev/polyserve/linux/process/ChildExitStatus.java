package dev.polyserve.linux.process;

import java.time.Duration;

/// How a child ended.
///
/// @param how by itself or by a signal
/// @param cpu the processor time of the child and of the children that it has waited for
public record ChildExitStatus(How how, Duration cpu) {
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
            case Signal signal -> "killed by " + SignalNames.text(signal.number);
        };
    }
}
