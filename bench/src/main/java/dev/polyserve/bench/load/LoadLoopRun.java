package dev.polyserve.bench.load;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// One run on one loop: its send times, and how busy the loop was.
///
/// ```
///   fromNanos ──── counted ──── toNanos ──── waiting for late replies ──── over
/// ```
///
/// **Thread**: the loop's.
final class LoadLoopRun {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final long LONGEST_IDLE_TURN_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

    private final RequestPacing pacing;
    private final LatencyRecorder recorder;
    private final long fromNanos;
    private final long toNanos;
    private final long replyTimeoutNanos;
    private final CompletableFuture<LoadRunResult> result;
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
    LoadLoopRun(RequestPacing pacing, LatencyRecorder recorder, long startNanos, long fromNanos, long toNanos,
            long replyTimeoutNanos,
            CompletableFuture<LoadRunResult> result) {
        this.pacing = pacing;
        this.recorder = recorder;
        this.startNanos = startNanos;
        this.fromNanos = fromNanos;
        this.toNanos = toNanos;
        this.replyTimeoutNanos = replyTimeoutNanos;
        this.result = result;
        this.intervalNanos = switch (pacing) {
            case RequestPacing.Closed _ -> Double.POSITIVE_INFINITY;
            case RequestPacing.Open open -> 1e9 / open.requestsPerSecond();
        };
    }

    RequestPacing pacing() {
        return pacing;
    }

    LatencyRecorder recorder() {
        return recorder;
    }

    CompletableFuture<LoadRunResult> result() {
        return result;
    }

    /// True while new requests are sent.
    boolean sends() {
        return !toSeen;
    }

    /// The time at which the next request is due; far in the future in a closed loop, and after the last request.
    ///
    /// A request due before the end is sent even when the loop reaches it after the end. Otherwise a delay would hide
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

    /// The index of the client that sends next.
    int nextTurn(int clients) {
        turn = (turn + 1) % clients;
        return turn;
    }

    /// The next time at which the run changes its state.
    long nextEdgeNanos() {
        return !fromSeen ? fromNanos : !toSeen ? toNanos : toNanos + replyTimeoutNanos;
    }

    /// Records the processor time at the beginning and at the end of counting.
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

    /// Records a turn that polled without waiting and found no event.
    void idled(long nanos) {
        if (!toSeen) {
            // During a longer turn the thread was waiting for a processor, not polling.
            idleNanos += Math.min(nanos, LONGEST_IDLE_TURN_NANOS);
        }
    }

    boolean over(long nowNanos, long outstanding) {
        return toSeen && (outstanding == 0 || nowNanos - toNanos >= replyTimeoutNanos);
    }

    /// The share of the time in which the loop was working.
    double share() {
        return Math.max(0, (double) (toCpuNanos - fromCpuNanos - idleNanos) / (toNanos - fromNanos));
    }
}
