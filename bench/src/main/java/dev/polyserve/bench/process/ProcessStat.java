package dev.polyserve.bench.process;

import java.util.Optional;

/// A process as `/proc/PID/stat` describes it (man 5 proc).
///
/// **Thread**: any; it is a value.
///
/// @param pid process id
/// @param parent process id of the parent
/// @param session id of the session
/// @param startTicks start time; together with the process id, it identifies a process
/// @param zombie true when the process has ended and its parent has not reaped it
/// @param ownTicks processor time of its threads, including ended ones
/// @param reapedTicks processor time of its reaped children
/// @param threads number of threads
public record ProcessStat(long pid, long parent, long session, long startTicks, boolean zombie, long ownTicks,
        long reapedTicks, int threads) {
    /// Ticks per second in `/proc`, independent of the kernel's own: a constant of the interface (`USER_HZ`) on every
    /// current processor.
    public static final long TICKS_PER_SECOND = 100;
    /// The length of a tick.
    public static final long TICK_NANOS = 1_000_000_000 / TICKS_PER_SECOND;

    private static final int STATE = 0;
    private static final int PARENT = 1;
    private static final int SESSION = 3;
    private static final int USER = 11;
    private static final int SYSTEM = 12;
    private static final int REAPED_USER = 13;
    private static final int REAPED_SYSTEM = 14;
    private static final int THREADS = 17;
    private static final int START = 19;

    /// The current state of a process; empty when it has ended, or the system has no `/proc`.
    public static Optional<ProcessStat> of(long pid) {
        return ProcFiles.text(Long.toString(pid), "stat").map(ProcessStat::parse);
    }

    /// The state that the text of such a file describes.
    public static ProcessStat parse(String stat) {
        // The name stands in parentheses and may itself contain blanks and parentheses.
        String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return new ProcessStat(Long.parseLong(stat.substring(0, stat.indexOf(' '))), number(afterName, PARENT),
                number(afterName, SESSION), number(afterName, START), "ZX".contains(afterName[STATE]),
                number(afterName, USER) + number(afterName, SYSTEM),
                number(afterName, REAPED_USER) + number(afterName, REAPED_SYSTEM), (int) number(afterName, THREADS));
    }

    private static long number(String[] fields, int index) {
        return Long.parseLong(fields[index].strip());
    }
}
