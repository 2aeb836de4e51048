package dev.polyserve.bench;

import java.time.Duration;
import java.util.function.LongSupplier;

/// Tracks the remaining time of a benchmark, from its plan and the clock.
///
/// **Thread**: the benchmark's.
final class RemainingTimeEstimate {
    private final BenchProgressListener listener;
    private final LongSupplier nanos;
    private long endNanos;

    RemainingTimeEstimate(BenchProgressListener listener, LongSupplier nanos) {
        this.listener = listener;
        this.nanos = nanos;
    }

    /// Sets the remaining time. Each workload corrects it, because steps take longer or shorter than planned.
    void expects(Duration left) {
        endNanos = nanos.getAsLong() + left.toNanos();
    }

    /// Reports the start of a step. The remaining time is never less than the step's own.
    void begins(String what, Duration step) {
        long leftNanos = Math.max(endNanos - nanos.getAsLong(), step.toNanos());
        listener.begins(what, Duration.ofNanos(leftNanos));
    }

    void note(String sentence) {
        listener.note(sentence);
    }
}
