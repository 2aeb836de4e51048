package dev.polyserve.bench.load;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// One run on one loop: its schedule, and how busy the loop was.
///
/// ```
///   fromNanos ──── counted ──── toNanos ──── waiting for late replies ──── over
/// ```
///
/// **Thread**: the loop's.
final class LoadRun {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final long LONGEST_IDLE_TURN_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

    private final Pacing pacing;
    private final LatencyRecorder recorder;
    private final long fromNanos;
    private final long toNanos;
    private final long patienceNanos;
    private final CompletableFuture<Recording> result;
    private final double intervalNanos;
    private final long startNanos;
    private long requests;
    private int turn = -1;
    private boolean fromSeen;
    private boolean toSeen;
    private long fromCpuNanos;
    private long toCpuNanos;
    private long idleNanos;

    /// @param startNanos when the first request of an open loop is due
    LoadRun(Pacing pacing, LatencyRecorder recorder, long startNanos, long fromNanos, long toNanos, long patienceNanos,
            CompletableFuture<Recording> result) {
        this.pacing = pacing;
        this.recorder = recorder;
        this.startNanos = startNanos;
        this.fromNanos = fromNanos;
        this.toNanos = toNanos;
        this.patienceNanos = patienceNanos;
        this.result = result;
        this.intervalNanos = switch (pacing) {
            case Pacing.Closed _ -> Double.POSITIVE_INFINITY;
            case Pacing.Open open -> 1e9 / open.requestsPerSecond();
        };
    }

    Pacing pacing() {
        return pacing;
    }

    LatencyRecorder recorder() {
        return recorder;
    }

    CompletableFuture<Recording> result() {
        return result;
    }

    /// Whether new requests are sent.
    boolean sends() {
        return !toSeen;
    }

    /// When the next request is due by the schedule; far away in a closed loop, and when all were sent.
    ///
    /// What is due before the end is sent even when the loop comes to it after the end: left out, a delay would hide
    /// itself.
    long nextDueNanos() {
        if (Double.isInfinite(intervalNanos)) {
            return startNanos + Long.MAX_VALUE / 2;
        }
        long dueNanos = startNanos + (long) (requests * intervalNanos);
        return dueNanos - toNanos >= 0 ? startNanos + Long.MAX_VALUE / 2 : dueNanos;
    }

    long takeDueNanos() {
        long dueNanos = nextDueNanos();
        requests++;
        return dueNanos;
    }

    /// Whose turn it is.
    int nextTurn(int clients) {
        turn = (turn + 1) % clients;
        return turn;
    }

    /// When something changes by itself.
    long nextEdgeNanos() {
        return !fromSeen ? fromNanos : !toSeen ? toNanos : toNanos + patienceNanos;
    }

    /// Notes the processor time at both edges.
    void mark(long nowNanos) {
        if (!fromSeen && nowNanos - fromNanos >= 0) {
            fromSeen = true;
            fromCpuNanos = THREADS.getCurrentThreadCpuTime();
            idleNanos = 0;
        }
        if (!toSeen && nowNanos - toNanos >= 0) {
            toSeen = true;
            toCpuNanos = THREADS.getCurrentThreadCpuTime();
        }
    }

    /// A turn without any event, asked for without waiting.
    void idled(long nanos) {
        if (!toSeen) {
            // One that took longer was not computing but waiting for a processor.
            idleNanos += Math.min(nanos, LONGEST_IDLE_TURN_NANOS);
        }
    }

    boolean over(long nowNanos, long underWay) {
        return toSeen && (underWay == 0 || nowNanos - toNanos >= patienceNanos);
    }

    /// The share of the time in which the loop had something to do.
    double share() {
        return Math.max(0, (double) (toCpuNanos - fromCpuNanos - idleNanos) / (toNanos - fromNanos));
    }
}
