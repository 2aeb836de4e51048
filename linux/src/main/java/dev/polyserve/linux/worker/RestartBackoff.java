package dev.polyserve.linux.worker;

import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/// When the next worker may be started after some that ended while they started: after a pause that doubles from 0.1 to 30 s
/// with each in a row.
///
/// Only a worker that was started after the last of them shows that the trouble is over: those that have served all the time
/// say nothing about it.
///
/// **Thread**: the supervisor's loop.
final class RestartBackoff {
    private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int MOST_DOUBLINGS = 20;
    private static final int LOOPING = 3;

    private final DoubleSupplier spread;
    private int failures;
    private int lastFailed;
    private long notBeforeNanos;

    /// @param spread by what each pause is multiplied, about 1: so that several servers that lack the same thing do not ask for
    ///         it together
    RestartBackoff(long nowNanos, DoubleSupplier spread) {
        this.spread = spread;
        this.notBeforeNanos = nowNanos;
    }

    /// One more has failed.
    ///
    /// @param number the last worker that was started so far
    /// @return for how long none is started now
    long failed(int number, long nowNanos) {
        long pause = Math.min(LONGEST_NANOS, FIRST_NANOS << Math.min(failures, MOST_DOUBLINGS));
        failures++;
        lastFailed = number;
        long spreadOut = (long) (pause * spread.getAsDouble());
        notBeforeNanos = nowNanos + spreadOut;
        return spreadOut;
    }

    /// A worker has shown that it works.
    void works(int number) {
        if (number > lastFailed) {
            failures = 0;
        }
    }

    boolean isOver(long nowNanos) {
        return nowNanos - notBeforeNanos >= 0;
    }

    /// Whether one at a time is to be tried.
    boolean isDoubtful() {
        return failures > 0;
    }

    boolean isCrashLooping() {
        return failures >= LOOPING;
    }

    /// How many in a row have failed.
    int failures() {
        return failures;
    }
}
