package dev.polyserve.linux.supervisor;

import dev.polyserve.ServerStats;
import dev.polyserve.WorkerInfo;
import dev.polyserve.coroutine.carrier.NonQueueingLock;
import dev.polyserve.run.WorkerTotals;
import dev.polyserve.stats.ServingProcessStats;
import dev.polyserve.stats.TlsSnapshot;
import dev.polyserve.stats.UpstreamSnapshot;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The counters that a server's workers report: of each worker, and in sum, ended workers included.
///
/// A worker reports its bytes with each heartbeat, and those of a connection at its end: the larger figure is the newer one.
/// So no sum ever decreases.
///
/// **Thread**: the supervisor's loop writes, any reads.
final class WorkerCounters {
    private final NonQueueingLock lock = new NonQueueingLock();
    /// The present workers by their numbers. Guarded by `lock`, as is the rest.
    private final Map<Integer, Reported> present = new TreeMap<>();
    private Sums gone = new Sums(ServingProcessStats.none(), 0);
    private final Map<ServerStats.RestartReason, Long> restarts = new EnumMap<>(ServerStats.RestartReason.class);

    /// A present worker.
    private static final class Reported {
        private WorkerInfo info;
        private ServingProcessStats figures = ServingProcessStats.none();
        private long closedIn;
        private long closedOut;

        Reported(WorkerInfo info) {
            this.info = info;
        }

        private ServingProcessStats latest() {
            return figures.withBytesAtLeast(closedIn, closedOut);
        }
    }

    /// Sums over workers.
    private record Sums(ServingProcessStats figures, long handOffs) {
        private Sums plus(ServingProcessStats one) {
            return new Sums(
                    new ServingProcessStats(figures.bytesIn() + one.bytesIn(), figures.bytesOut() + one.bytesOut(),
                            figures.bufferedBytes() + one.bufferedBytes(), figures.datagramsIn() + one.datagramsIn(),
                            figures.datagramsOut() + one.datagramsOut(), List.of(), figures.tls().plus(one.tls()),
                            UpstreamSnapshot.together(figures.upstreams(), one.upstreams())),
                    handOffs + one.handOffs());
        }
    }

    /// A worker's figures.
    private record Figures(WorkerInfo info, ServingProcessStats figures) implements ServerStats.WorkerStats {
        @Override
        public long bytesIn() {
            return figures.bytesIn();
        }

        @Override
        public long bytesOut() {
            return figures.bytesOut();
        }

        @Override
        public long bufferedBytes() {
            return figures.bufferedBytes();
        }

        @Override
        public long datagramsIn() {
            return figures.datagramsIn();
        }

        @Override
        public long datagramsOut() {
            return figures.datagramsOut();
        }

        @Override
        public List<ServerStats.LoopStats> loops() {
            return List.copyOf(figures.loops());
        }

        @Override
        public TlsSnapshot tls() {
            return figures.tls();
        }
    }

    /// Records a present worker's state.
    void is(WorkerInfo info) {
        lock.lock();
        try {
            present.computeIfAbsent(info.number(), _ -> new Reported(info)).info = info;
        } finally {
            lock.unlock();
        }
    }

    /// Records a heartbeat of a present worker.
    void beat(WorkerInfo info, ServingProcessStats figures) {
        lock.lock();
        try {
            Reported worker = present.computeIfAbsent(info.number(), _ -> new Reported(info));
            worker.info = info;
            worker.figures = figures;
        } finally {
            lock.unlock();
        }
    }

    /// Records the end of a connection that a present worker served.
    void closed(int number, long bytesIn, long bytesOut) {
        lock.lock();
        try {
            Reported worker = present.get(number);
            if (worker != null) {
                worker.closedIn += bytesIn;
                worker.closedOut += bytesOut;
            }
        } finally {
            lock.unlock();
        }
    }

    /// A worker is over: its buffers are gone.
    void ended(int number) {
        lock.lock();
        try {
            Reported worker = present.remove(number);
            if (worker != null) {
                ServingProcessStats last = worker.latest();
                gone = gone.plus(new ServingProcessStats(last.bytesIn(), last.bytesOut(), 0, last.datagramsIn(),
                        last.datagramsOut(), last.loops(), last.tls(),
                        last.upstreams().stream().map(UpstreamSnapshot::afterEnd).toList()));
            }
        } finally {
            lock.unlock();
        }
    }

    /// Counts a worker that replaces another one.
    void restarted(ServerStats.RestartReason reason) {
        lock.lock();
        try {
            restarts.merge(reason, 1L, Long::sum);
        } finally {
            lock.unlock();
        }
    }

    /// The figures now.
    WorkerTotals totals() {
        lock.lock();
        try {
            Sums sums = gone;
            List<ServerStats.WorkerStats> workers = new ArrayList<>();
            for (Reported worker : present.values()) {
                ServingProcessStats latest = worker.latest();
                sums = sums.plus(latest);
                workers.add(new Figures(worker.info, latest));
            }
            return new WorkerTotals(sums.figures().withUpstreamsInUse(), sums.handOffs(), restarts, workers);
        } finally {
            lock.unlock();
        }
    }
}
