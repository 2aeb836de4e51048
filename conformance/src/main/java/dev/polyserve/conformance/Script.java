package dev.polyserve.conformance;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the peer of a rehearsal does, one step after the other.
///
/// **Thread**: its rehearsal's.
final class Script {
    /// One step.
    sealed interface Step {}

    /// A fragment arrives: one read gets at most this.
    record Receives(ByteBuffer bytes) implements Step {}

    /// Nothing happens for so long.
    record Passes(Duration time) implements Step {}

    /// The peer ends its side.
    record Ends() implements Step {}

    /// The peer resets the connection.
    record Resets() implements Step {}

    /// From here on the peer takes nothing we send.
    record StopsReading() implements Step {}

    /// The server begins to drain, and shows a waiting connection the end of its input.
    record Drains() implements Step {}

    /// The server stops.
    record Stops() implements Step {}

    private final Deque<Step> steps;

    Script(List<Step> steps) {
        this.steps = new ArrayDeque<>(steps);
    }

    @Nullable Step next() {
        return steps.peek();
    }

    void done() {
        steps.remove();
    }

    /// Puts a rest in the place of the present step.
    void rest(Step rest) {
        steps.remove();
        steps.push(rest);
    }

    int unheardBytes() {
        return steps.stream().mapToInt(step -> step instanceof Receives fragment ? fragment.bytes.remaining() : 0)
                .sum();
    }
}
