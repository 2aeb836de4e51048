package dev.polyserve.run;

import dev.polyserve.Limit;
import dev.polyserve.ServerStats;
import java.util.List;
import java.util.Map;

/// The values of a server's counters at one moment.
record ServerCountersSnapshot(long active, long accepted, long rejected, Map<Limit, Long> rejectedByLimit,
        Map<CloseReason, Long> closed, Histogram connectionDurations, long failed, long acceptErrors,
        Map<String, Long> acceptErrorsByReason, long datagramsIn, long datagramsOut, long bytesIn, long bytesOut,
        long bufferedBytes, Map<RestartReason, Long> workerRestartsByReason, long handOffs, long stalls,
        Map<Limit, Long> reached,
        TlsStats tls, List<ListenerStats> listeners, List<LoopStats> loops, List<WorkerStats> workers,
        List<UpstreamStats> upstreams)
        implements
            ServerStats {
    /// Copies the maps and lists.
    ServerCountersSnapshot {
        rejectedByLimit = Map.copyOf(rejectedByLimit);
        closed = Map.copyOf(closed);
        acceptErrorsByReason = Map.copyOf(acceptErrorsByReason);
        workerRestartsByReason = Map.copyOf(workerRestartsByReason);
        reached = Map.copyOf(reached);
        listeners = List.copyOf(listeners);
        loops = List.copyOf(loops);
        workers = List.copyOf(workers);
        upstreams = List.copyOf(upstreams);
    }

    @Override
    public long workerRestarts() {
        return workerRestartsByReason.values().stream().mapToLong(Long::longValue).sum();
    }
}
