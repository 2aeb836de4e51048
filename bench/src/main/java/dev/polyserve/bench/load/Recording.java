package dev.polyserve.bench.load;

import dev.polyserve.bench.result.LatencyPoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.HdrHistogram.Histogram;

/// What one run, or several together, came to.
///
/// @param answered requests answered and verified, without the heavy ones
/// @param heavyAnswered heavy requests answered and verified, of connections that have one under way at any time
/// @param lost datagrams given up
/// @param unanswered requests of an open loop without a reply at the end of all patience
/// @param waiting clients that then still waited: the contender does not serve so many at once
/// @param seconds how long was measured
/// @param generatorShare the share of its processors that the generator used for work, its busiest loop's
/// @param latencyNanos how long the replies took; nobody changes it any more
public record Recording(long answered, long heavyAnswered, long lost, long unanswered, long waiting, double seconds,
        double generatorShare,
        Histogram latencyNanos) {
    private static final double NANOS_PER_MICRO = 1e3;
    /// From here on the loop had hardly a moment to wait: what was measured is the generator.
    private static final double BOUND_SHARE = 0.93;

    /// Requests answered per second.
    public double requestsPerSecond() {
        return answered / seconds;
    }

    /// Heavy requests answered per second.
    public double heavyPerSecond() {
        return heavyAnswered / seconds;
    }

    /// Whether the generator was the limit.
    public boolean generatorBound() {
        return generatorShare >= BOUND_SHARE;
    }

    /// The latency of so many per cent of the requests, in microseconds.
    public double percentileMicros(double percentile) {
        return latencyNanos.getValueAtPercentile(percentile) / NANOS_PER_MICRO;
    }

    /// The same runs as seen by several loops at once.
    static Recording beside(List<Recording> loops) {
        Histogram all = new Histogram(3);
        loops.forEach(loop -> all.add(loop.latencyNanos));
        return new Recording(loops.stream().mapToLong(Recording::answered).sum(),
                loops.stream().mapToLong(Recording::heavyAnswered).sum(),
                loops.stream().mapToLong(Recording::lost).sum(), loops.stream().mapToLong(Recording::unanswered).sum(),
                loops.stream().mapToLong(Recording::waiting).sum(),
                loops.getFirst().seconds, loops.stream().mapToDouble(Recording::generatorShare).max().orElseThrow(),
                all);
    }

    /// The latencies of several runs together: histograms are added, percentiles never averaged.
    public static List<LatencyPoint> curve(List<Recording> runs) {
        Histogram all = new Histogram(3);
        runs.forEach(run -> all.add(run.latencyNanos));
        List<LatencyPoint> points = new ArrayList<>();
        if (all.getTotalCount() == 0) {
            return points;
        }
        for (double above = 100; above > 100.0 / all.getTotalCount() && above > 0.0005; above /= Math.pow(10, 0.125)) {
            points.add(point(all, 100 - above));
        }
        for (double known : new double[]{50, 99, 99.9}) {
            points.add(point(all, known));
        }
        points.add(point(all, 100));
        return points.stream().distinct()
                .sorted(Comparator.comparingDouble(LatencyPoint::percentile)).toList();
    }

    private static LatencyPoint point(Histogram all, double percentile) {
        return new LatencyPoint(percentile, all.getValueAtPercentile(percentile) / NANOS_PER_MICRO);
    }
}
