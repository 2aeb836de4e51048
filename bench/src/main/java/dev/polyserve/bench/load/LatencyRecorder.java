package dev.polyserve.bench.load;

import org.HdrHistogram.Histogram;

/// What one loop saw in one run: it counts what lies between `fromNanos` and `toNanos`.
///
/// A reply counts where it arrived: one that comes after the end was not answered in time. A latency belongs where its reply
/// arrived in a closed loop, and in an open loop where the request was due: otherwise those that a stall delays beyond the
/// end would be left out, and the stall with them.
///
/// **Thread**: the loop's, until the run is over.
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

    LatencyRecorder(Pacing pacing, long fromNanos, long toNanos) {
        this.fromNanos = fromNanos;
        this.toNanos = toNanos;
        this.byIntendedTime = pacing instanceof Pacing.Open;
    }

    long toNanos() {
        return toNanos;
    }

    /// A reply has arrived.
    void answered(long intendedNanos, long nowNanos) {
        if (within(nowNanos)) {
            answered++;
        }
        if (within(byIntendedTime ? intendedNanos : nowNanos)) {
            latencyNanos.recordValue(Math.max(1, nowNanos - intendedNanos));
        }
    }

    /// A reply to a heavy request has arrived, of which only the number is of interest.
    void heavyAnswered(long nowNanos) {
        if (within(nowNanos)) {
            heavyAnswered++;
        }
    }

    /// A datagram was given up.
    void lost(long intendedNanos) {
        if (within(intendedNanos)) {
            lost++;
        }
    }

    /// A request has no reply though we waited: it took at least so long.
    void unanswered(long intendedNanos, long nowNanos) {
        if (byIntendedTime && within(intendedNanos)) {
            unanswered++;
            latencyNanos.recordValue(Math.max(1, nowNanos - intendedNanos));
        }
    }

    /// A client still waits at the end of all patience, if it does, for requests meant to be sent at these times.
    void givenUp(LongRing intendedNanos, long nowNanos) {
        for (int i = 0; i < intendedNanos.size(); i++) {
            unanswered(intendedNanos.get(i), nowNanos);
        }
        if (intendedNanos.size() > 0) {
            waiting++;
        }
    }

    /// A heavy request has no reply at the end of all patience.
    void heavyGivenUp() {
        waiting++;
    }

    private boolean within(long nanos) {
        return nanos - fromNanos >= 0 && nanos - toNanos < 0;
    }

    Recording recording(double generatorShare) {
        return new Recording(answered, heavyAnswered, lost, unanswered, waiting, (toNanos - fromNanos) / 1e9,
                generatorShare,
                latencyNanos);
    }
}
