package dev.polyserve.cli.log;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Limits reports to one per second and counts the suppressed ones, so that a flood of errors does not become a flood
/// of log lines.
///
/// **Thread**: any.
public final class OncePerSecondLimiter {
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier clockNanos;
    private final AtomicLong nextNanos;
    private final AtomicLong keptBack = new AtomicLong();

    /// Uses the system's clock.
    public OncePerSecondLimiter() {
        this(System::nanoTime);
    }

    /// Uses the given clock.
    public OncePerSecondLimiter(LongSupplier clockNanos) {
        this.clockNanos = clockNanos;
        this.nextNanos = new AtomicLong(clockNanos.getAsLong());
    }

    /// Calls `report` unless the previous report was less than a second ago. Its argument is a suffix for the line:
    /// empty, or the number of suppressed reports.
    public void report(Consumer<String> report) {
        long now = clockNanos.getAsLong();
        long next = nextNanos.get();
        if (now - next >= 0 && nextNanos.compareAndSet(next, now + SECOND_NANOS)) {
            long others = keptBack.getAndSet(0);
            report.accept(others == 0 ? "" : " (and " + others + " more like it before)");
        } else {
            keptBack.incrementAndGet();
        }
    }
}
