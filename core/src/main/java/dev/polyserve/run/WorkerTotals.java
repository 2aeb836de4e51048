package dev.polyserve.run;

import dev.polyserve.ServerStats;
import dev.polyserve.stats.ProcessFigures;
import java.util.List;

/// The counters of a model's worker processes.
///
/// @param sums those of all workers so far, also of those that are over; without their loops
/// @param handOffs how often another thread has taken over an event loop there
/// @param restarts how many of the processes were started to replace others that ended unexpectedly, or at a signal
/// @param workers the present workers
public record WorkerTotals(ProcessFigures sums, long handOffs, long restarts, List<ServerStats.WorkerStats> workers) {
    /// Copies the list.
    public WorkerTotals {
        workers = List.copyOf(workers);
    }

    static WorkerTotals none() {
        return new WorkerTotals(ProcessFigures.none(), 0, 0, List.of());
    }
}
