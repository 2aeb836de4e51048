package dev.polyserve.run;

import dev.polyserve.Endpoint;
import dev.polyserve.stats.ListenerSnapshot;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/// Counts the connections that come through one endpoint.
///
/// **Thread**: any.
final class ListenerCounters {
    private final Endpoint endpoint;
    private final Supplier<OptionalLong> overflows;
    private final LongAdder accepted = new LongAdder();
    private final LongAdder rejected = new LongAdder();

    /// @param overflows how many attempts to connect the system has dropped because the backlog was full
    ListenerCounters(Endpoint endpoint, Supplier<OptionalLong> overflows) {
        this.endpoint = endpoint;
        this.overflows = overflows;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    void accepted() {
        accepted.increment();
    }

    void rejected() {
        rejected.increment();
    }

    ListenerSnapshot snapshot(ConnectionTotals connections) {
        return new ListenerSnapshot(endpoint, connections.open().getOrDefault(endpoint, 0L), accepted.sum(),
                rejected.sum(), overflows.get());
    }
}
