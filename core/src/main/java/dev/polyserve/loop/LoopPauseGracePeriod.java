package dev.polyserve.loop;

import java.util.concurrent.TimeUnit;

/// Suspends the time limits of a loop's connections for a while after the loop was held up, for example because the
/// process was stopped.
///
/// A client cannot have acted on an answer that leaves only now, though its wait began before. So the limits count again after
/// the time that was lost, a second at most. A loop that is held up again and again believes them at least as long as it does
/// not.
///
/// **Thread**: the loop's.
final class LoopPauseGracePeriod {
    /// A loop that does nothing for so long was held up.
    static final long HELD_UP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private long endsNanos;
    private long nextNanos;

    LoopPauseGracePeriod(long nowNanos) {
        endsNanos = nowNanos;
        nextNanos = nowNanos;
    }

    /// The loop has lost this much time until now.
    void heldUp(long lostNanos, long nowNanos) {
        if (lostNanos >= HELD_UP_NANOS && nowNanos - nextNanos >= 0) {
            long pauseNanos = Math.min(lostNanos, MOST_NANOS);
            endsNanos = nowNanos + pauseNanos;
            nextNanos = endsNanos + pauseNanos;
        }
    }

    /// How long the limits are not believed from now; 0 or less: they are.
    long leftNanos(long nowNanos) {
        return endsNanos - nowNanos;
    }
}
