package dev.polyserve.cli.log;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Lets one report a second through and counts the others: a flood of mishaps must not become a flood of lines.
///
/// **Thread**: any.
public final class OncePerSecond {
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier clockNanos;
    private final AtomicLong nextNanos;
    private final AtomicLong keptBack = new AtomicLong();

    /// With the system's clock.
    public OncePerSecond() {
        this(System::nanoTime);
    }

    /// With this clock.
    public OncePerSecond(LongSupplier clockNanos) {
        this.clockNanos = clockNanos;
        this.nextNanos = new AtomicLong(clockNanos.getAsLong());
    }

    /// Calls `report` with what to append to the line, which is empty or tells how many were kept back, unless the last
    /// report was less than a second ago.
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
