package dev.polyserve.bench.load;

import org.HdrHistogram.Histogram;

/// The counts and latencies of one loop in one run, between `fromNanos` and `toNanos`.
///
/// A reply counts at its arrival; one that arrives after the end was not answered in time. In a closed loop, a latency
/// counts at the arrival of its reply. In an open loop it counts at the intended send time: otherwise the requests that
/// a stall delays beyond the end would be left out, and the stall with them.
///
/// **Thread**: the loop's, until the run ends.
final class LatencyRecorder {
    private static final int DIGITS = 3;

    private final long fromNanos;
    private final long toNanos;
    private final boolean byIntendedTime;
    private final Histogram latencyNanos = new Histogram(DIGITS);
    private long answered;
    private long heavyAnswered;
    private long lost;
    private long unanswered;
    private long waiting;

    LatencyRecorder(RequestPacing pacing, long fromNanos, long toNanos) {
        this.fromNanos = fromNanos;
        this.toNanos = toNanos;
        this.byIntendedTime = pacing instanceof RequestPacing.Open;
    }

    void answered(long intendedNanos, long nowNanos) {
        if (within(nowNanos)) {
            answered++;
        }
        if (within(byIntendedTime ? intendedNanos : nowNanos)) {
            latencyNanos.recordValue(Math.max(1, nowNanos - intendedNanos));
        }
    }

    /// Records a reply to a heavy request; only the number counts.
    void heavyAnswered(long nowNanos) {
        if (within(nowNanos)) {
            heavyAnswered++;
        }
    }

    /// Records a datagram without a reply in time.
    void lost(long intendedNanos) {
        if (within(intendedNanos)) {
            lost++;
        }
    }

    /// Records a request that is still unanswered; its latency is at least the time so far.
    void unanswered(long intendedNanos, long nowNanos) {
        if (byIntendedTime && within(intendedNanos)) {
            unanswered++;
            latencyNanos.recordValue(Math.max(1, nowNanos - intendedNanos));
        }
    }

    /// Records a client that is given up, with the intended send times of its outstanding requests, if any.
    void givenUp(LongQueue intendedNanos, long nowNanos) {
        for (int i = 0; i < intendedNanos.size(); i++) {
            unanswered(intendedNanos.get(i), nowNanos);
        }
        if (intendedNanos.size() > 0) {
            waiting++;
        }
    }

    void heavyGivenUp() {
        waiting++;
    }

    private boolean within(long nanos) {
        return nanos - fromNanos >= 0 && nanos - toNanos < 0;
    }

    LoadRunResult recording(double generatorShare) {
        return new LoadRunResult(answered, heavyAnswered, lost, unanswered, waiting, (toNanos - fromNanos) / 1e9,
                generatorShare,
                latencyNanos);
    }
}
