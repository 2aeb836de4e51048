package dev.polyserve.run;

import dev.polyserve.ServerStats;
import dev.polyserve.stats.ServingProcessStats;
import java.util.List;
import java.util.Map;

/// The counters of a model's worker processes.
///
/// @param sums those of all workers so far, also of those that are over; without their loops
/// @param handOffs how often another thread has taken over an event loop there
/// @param restarts how many of the processes were started to replace others, by the reason
/// @param workers the present workers
public record WorkerTotals(ServingProcessStats sums, long handOffs, Map<ServerStats.RestartReason, Long> restarts,
        List<ServerStats.WorkerStats> workers) {
    /// Copies the map and the list.
    public WorkerTotals {
        restarts = Map.copyOf(restarts);
        workers = List.copyOf(workers);
    }

    static WorkerTotals none() {
        return new WorkerTotals(ServingProcessStats.none(), 0, Map.of(), List.of());
    }
}
