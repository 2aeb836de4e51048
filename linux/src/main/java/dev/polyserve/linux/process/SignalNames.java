package dev.polyserve.linux.process;

import java.util.List;

/// The names of the signals, the same on x86-64 and aarch64, signal(7).
public final class SignalNames {
    /// From number 1 on, without `SIG`.
    private static final List<String> NAMES = List.of("HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL",
            "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU",
            "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");

    private SignalNames() {}

    /// The number of a signal.
    ///
    /// @param name without `SIG`
    public static int number(String name) {
        int index = NAMES.indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException("no signal has the name " + name);
        }
        return index + 1;
    }

    /// The name with `SIG`; a real-time signal has only its number.
    static String text(int number) {
        return number <= NAMES.size() ? "SIG" + NAMES.get(number - 1) : "signal " + number;
    }
}
