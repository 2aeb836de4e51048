package dev.polyserve.cli.proxy;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Admits one warning a second of those that clients cause, so that they cannot fill the log. The next one says how many were left out.
///
/// **Thread**: any, several at once.
final class WarningLimit {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier clockNanos;
    private final AtomicLong nextNanos;
    private final AtomicLong leftOut = new AtomicLong();

    WarningLimit(LongSupplier clockNanos) {
        this.clockNanos = clockNanos;
        this.nextNanos = new AtomicLong(clockNanos.getAsLong());
    }

    /// The line to log; null when it is to be left out.
    @Nullable String admit(String line) {
        long now = clockNanos.getAsLong();
        long next = nextNanos.get();
        if (now - next < 0 || !nextNanos.compareAndSet(next, now + PERIOD_NANOS)) {
            leftOut.incrementAndGet();
            return null;
        }
        long before = leftOut.getAndSet(0);
        return before == 0 ? line : line + " (and " + before + " more like it)";
    }
}
