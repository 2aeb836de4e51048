package dev.polyserve.linux.supervisor;

import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/// Computes when the next worker may start after failures at start: after a pause that doubles from 0.1 to 30 s with
/// each consecutive failure.
///
/// Only a worker that started after the last failure proves recovery: workers that have served all the time prove
/// nothing.
///
/// **Thread**: the supervisor's loop.
final class WorkerRestartBackoff {
    private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int MOST_DOUBLINGS = 20;
    private static final int LOOPING = 3;

    private final DoubleSupplier spread;
    private int failures;
    private int lastFailed;
    private long notBeforeNanos;

    /// Creates a backoff without failures.
    ///
    /// @param spread a factor of about 1 for each pause, so that several servers that lack the same resource do not
    ///         request it together
    WorkerRestartBackoff(long nowNanos, DoubleSupplier spread) {
        this.spread = spread;
        this.notBeforeNanos = nowNanos;
    }

    /// Records another failure.
    ///
    /// @param number the last worker that was started so far
    /// @return how long no worker is started
    long failed(int number, long nowNanos) {
        long pause = Math.min(LONGEST_NANOS, FIRST_NANOS << Math.min(failures, MOST_DOUBLINGS));
        failures++;
        lastFailed = number;
        long spreadOut = (long) (pause * spread.getAsDouble());
        notBeforeNanos = nowNanos + spreadOut;
        return spreadOut;
    }

    /// Records that a worker works.
    void works(int number) {
        if (number > lastFailed) {
            failures = 0;
        }
    }

    boolean isOver(long nowNanos) {
        return nowNanos - notBeforeNanos >= 0;
    }

    /// True when workers are to be started one at a time.
    boolean isDoubtful() {
        return failures > 0;
    }

    boolean isCrashLooping() {
        return failures >= LOOPING;
    }

    /// The number of consecutive failures.
    int failures() {
        return failures;
    }
}
