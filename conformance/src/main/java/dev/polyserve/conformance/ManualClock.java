package dev.polyserve.conformance;

import dev.polyserve.conversation.NanoClock;
import java.time.Duration;

/// A clock that stands still until it is moved.
///
/// **Thread**: its rehearsal's.
final class ManualClock implements NanoClock {
    /// Not zero, and near the overflow: code that compares instead of subtracting shows.
    private static final long START_NANOS = Long.MAX_VALUE - 1_000_000_000L;

    private long nanos = START_NANOS;

    @Override
    public long nanos() {
        return nanos;
    }

    void advance(long byNanos) {
        nanos += byNanos;
    }

    Duration elapsed() {
        return Duration.ofNanos(nanos - START_NANOS);
    }
}
