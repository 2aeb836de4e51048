package dev.polyserve.conformance;

import dev.polyserve.Cause;
import dev.polyserve.Limit;
import java.time.Duration;
import java.util.List;

/// What one run of a [Rehearsal] showed.
record RehearsalOutcome(List<byte[]> writes, boolean outputEnded, Cause cause, List<Throwable> failures,
        List<Limit> limits, Duration took, int unheard) implements Outcome {
    /// Keeps its own copies of the lists.
    RehearsalOutcome {
        writes = List.copyOf(writes);
        failures = List.copyOf(failures);
        limits = List.copyOf(limits);
    }
}
