package dev.polyserve.conformance;

import dev.polyserve.Cause;
import dev.polyserve.Limit;
import java.time.Duration;
import java.util.List;

/// The outcome of one run of a [Rehearsal].
record RecordedRehearsalResult(List<byte[]> writes, boolean outputEnded, Cause cause, List<Throwable> failures,
        List<Limit> limits, Duration took, int unread) implements RehearsalResult {
    /// Copies the lists.
    RecordedRehearsalResult {
        writes = List.copyOf(writes);
        failures = List.copyOf(failures);
        limits = List.copyOf(limits);
    }
}
