package dev.polyserve.bench.contender;

import java.util.Optional;

/// A process as `/proc/PID/stat` shows it (man 5 proc).
///
/// @param pid its number
/// @param parent the number of its parent
/// @param session the number of its session's first process
/// @param startTicks when it started: with the number, what tells it from a later one
/// @param zombie whether it has ended, and its parent has not asked how
/// @param ownTicks processor time of its threads, those that ended too
/// @param reapedTicks processor time of its children that ended and were asked for
/// @param threads how many it has
record ProcessStat(long pid, long parent, long session, long startTicks, boolean zombie, long ownTicks,
        long reapedTicks, int threads) {
    /// Ticks a second in `/proc`, whatever the kernel's own are: a constant of its interface on every processor of today.
    static final long TICKS_PER_SECOND = 100;
    /// How long a tick is.
    static final long TICK_NANOS = 1_000_000_000 / TICKS_PER_SECOND;

    private static final int STATE = 0;
    private static final int PARENT = 1;
    private static final int SESSION = 3;
    private static final int USER = 11;
    private static final int SYSTEM = 12;
    private static final int REAPED_USER = 13;
    private static final int REAPED_SYSTEM = 14;
    private static final int THREADS = 17;
    private static final int START = 19;

    /// Empty when it has ended, or the system does not tell.
    static Optional<ProcessStat> of(long pid) {
        return ProcFiles.text(Long.toString(pid), "stat").map(ProcessStat::parse);
    }

    static ProcessStat parse(String stat) {
        // The name is in brackets and may have blanks and brackets itself.
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
