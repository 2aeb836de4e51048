package dev.polyserve.run;

import dev.polyserve.Limit;
import dev.polyserve.ServerStats;
import java.util.Map;

/// The values of the counters at one moment.
record ServerCountersSnapshot(long active, long accepted, long rejected, long failed, long acceptErrors,
        long datagramsIn,
        long datagramsOut, long bytesIn, long bytesOut, long bufferedBytes, long workerRestarts, long handOffs,
        Map<Limit, Long> reached) implements ServerStats {
    /// Copies the map.
    ServerCountersSnapshot {
        reached = Map.copyOf(reached);
    }
}
