package dev.polyserve.io;

import java.util.OptionalLong;

/// Counts the clients that a listener's queue in the system (its backlog) had no room for; a [Listener] may implement
/// it.
public interface ListenQueueOverflows {
    /// How many attempts to connect the system has dropped because the queue was full; empty when it does not tell.
    /// **Thread**: any.
    OptionalLong overflows();

    /// [#overflows] of a listener; empty when it does not know its queue.
    static OptionalLong overflows(Listener listener) {
        return listener instanceof ListenQueueOverflows queue ? queue.overflows() : OptionalLong.empty();
    }
}
