package dev.polyserve.conformance;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The steps of one peer in a rehearsal, and when the next one has come up.
///
/// **Thread**: its rehearsal's.
final class PeerScript {
    sealed interface Step {}

    /// A fragment arrives; one read returns at most this fragment.
    record Receives(ByteBuffer bytes) implements Step {}

    /// Time passes without an event.
    record Passes(Duration time) implements Step {}

    /// The peer goes on when it was sent these bytes.
    record Awaits(byte[] bytes) implements Step {}

    record Ends() implements Step {}

    record Resets() implements Step {}

    record StopsReading() implements Step {}

    /// The server begins to drain: a waiting handler sees the end of its input.
    record Drains() implements Step {}

    record Stops() implements Step {}

    private final Deque<Step> steps;
    private long sinceNanos;

    PeerScript(List<Step> steps) {
        this.steps = new ArrayDeque<>(steps);
    }

    void begins(long nowNanos) {
        sinceNanos = nowNanos;
    }

    @Nullable Step next() {
        return steps.peek();
    }

    /// When the next step has come up: the one before was done.
    long sinceNanos() {
        return sinceNanos;
    }

    void done(long nowNanos) {
        steps.remove();
        sinceNanos = nowNanos;
    }

    /// Replaces the present step by its rest.
    void rest(Step rest) {
        steps.remove();
        steps.push(rest);
    }

    int unreadBytes() {
        return steps.stream().mapToInt(step -> step instanceof Receives fragment ? fragment.bytes.remaining() : 0)
                .sum();
    }
}
