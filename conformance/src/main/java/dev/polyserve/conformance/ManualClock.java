package dev.polyserve.conformance;

import dev.polyserve.conversation.NanoClock;
import java.time.Duration;

/// A clock that only [#advance] moves.
///
/// **Thread**: its rehearsal's.
final class ManualClock implements NanoClock {
    /// Near the overflow, which reveals code that compares times instead of subtracting them.
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
