package dev.polyserve.bench.contender;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Polls a condition until it becomes true.
final class Eventually {
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(20);

    private Eventually() {}

    /// Waits until the condition is true; fails after twenty seconds.
    static void holds(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TIMEOUT_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline >= 0) {
                throw new AssertionError("never came true: " + what);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
