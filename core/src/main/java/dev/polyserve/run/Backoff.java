package dev.polyserve.run;

import java.util.concurrent.TimeUnit;

/// The pause after a failed attempt: 5 ms, doubling up to 1 s, reset by the first success.
///
/// **Thread**: that of the loop on which the attempts are made.
final class Backoff {
    private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private long nextNanos = FIRST_NANOS;

    /// Returns the pause after the current failure, and doubles the next one.
    long failedNanos() {
        long pause = nextNanos;
        nextNanos = Math.min(2 * pause, LONGEST_NANOS);
        return pause;
    }

    void succeeded() {
        nextNanos = FIRST_NANOS;
    }
}
