package dev.polyserve.stats;

import java.util.concurrent.TimeUnit;

/// How busy an event loop is, from the times that it reads anyway, at the start and the end of each turn.
///
/// The ratio is that of windows of about a second. The loop ends a window at the end of a turn, so a loop that waits, or
/// whose turn goes on, does not end one: then the reader counts from its start.
///
/// **Thread**: the loop's writes, any reads.
public final class LoopLoad {
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final DurationHistogram turns = new DurationHistogram(HistogramBuckets.TURNS);
    // Written once a window, in this order.
    private volatile double lastRatio;
    private volatile long busyBeforeNanos;
    private volatile long windowBeganNanos;

    /// @param nowNanos the time
    public LoopLoad(long nowNanos) {
        windowBeganNanos = nowNanos;
    }

    /// Records a turn. **Thread**: the loop's.
    public void turn(long beganNanos, long endedNanos) {
        turns.add(endedNanos - beganNanos);
        long window = endedNanos - windowBeganNanos;
        if (window >= WINDOW_NANOS) {
            long busy = turns.sumNanos();
            lastRatio = ratio(busy - busyBeforeNanos, window);
            busyBeforeNanos = busy;
            windowBeganNanos = endedNanos;
        }
    }

    /// How long all turns so far have taken.
    public long busyNanos() {
        return turns.sumNanos();
    }

    /// The lengths of the turns.
    public HistogramSnapshot lag() {
        return turns.snapshot();
    }

    /// The part of the time that turns take.
    ///
    /// @param turnBeganNanos when the present turn began; 0 while the loop waits
    /// @param nowNanos the time
    public double busyRatio(long turnBeganNanos, long nowNanos) {
        long window = nowNanos - windowBeganNanos;
        if (window < WINDOW_NANOS) {
            return lastRatio;
        }
        long presentNanos = turnBeganNanos == 0 ? 0 : Math.max(0, nowNanos - turnBeganNanos);
        return ratio(turns.sumNanos() - busyBeforeNanos + presentNanos, window);
    }

    private static double ratio(long busyNanos, long windowNanos) {
        return Math.clamp((double) busyNanos / windowNanos, 0, 1);
    }
}
