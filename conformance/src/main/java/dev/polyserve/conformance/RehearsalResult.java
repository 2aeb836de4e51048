package dev.polyserve.conformance;

import dev.polyserve.Limit;
import java.time.Duration;
import java.util.List;

/// The outcome of a [Rehearsal], first of all of its client's connection. Only the library implements it; later versions may add
/// methods.
public interface RehearsalResult extends RehearsedConnection {
    /// The failures reported, in order.
    List<Throwable> failures();

    /// The limits that were reached, in order.
    List<Limit> limits();

    /// The virtual time that passed.
    Duration took();

    /// The connections that the handler has made, in order.
    List<RehearsedConnection> upstreams();
}
