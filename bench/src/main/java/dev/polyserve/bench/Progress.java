package dev.polyserve.bench;

import java.time.Duration;
import java.util.function.LongSupplier;

/// How far a benchmark is, from its plan and the time.
///
/// **Thread**: the benchmark's.
final class Progress {
    private final BenchListener listener;
    private final LongSupplier nanos;
    private long endNanos;

    Progress(BenchListener listener, LongSupplier nanos) {
        this.listener = listener;
        this.nanos = nanos;
    }

    /// What is left takes about so long: put right now and then, because steps take longer or shorter than planned.
    void expects(Duration left) {
        endNanos = nanos.getAsLong() + left.toNanos();
    }

    /// A step begins; everything lasts at least as long as it.
    void begins(String what, Duration step) {
        long leftNanos = Math.max(endNanos - nanos.getAsLong(), step.toNanos());
        listener.begins(what, Duration.ofNanos(leftNanos));
    }

    void note(String sentence) {
        listener.note(sentence);
    }
}
