package dev.polyserve.conformance;

import dev.polyserve.Cause;
import dev.polyserve.Limit;
import java.time.Duration;
import java.util.List;

/// The outcome of one run of a [Rehearsal].
record RecordedRehearsalResult(RehearsedConnection client, List<Throwable> failures, List<Limit> limits, Duration took,
        List<RehearsedConnection> upstreams) implements RehearsalResult {
    /// Copies the lists.
    RecordedRehearsalResult {
        failures = List.copyOf(failures);
        limits = List.copyOf(limits);
        upstreams = List.copyOf(upstreams);
    }

    @Override
    public List<byte[]> writes() {
        return client.writes();
    }

    @Override
    public boolean outputEnded() {
        return client.outputEnded();
    }

    @Override
    public Cause cause() {
        return client.cause();
    }

    @Override
    public int unread() {
        return client.unread();
    }
}
