package dev.polyserve.bench.load;

import dev.polyserve.bench.result.LatencyPoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.HdrHistogram.Histogram;

/// The result of one run, or of several runs merged.
///
/// @param answered requests answered and verified, without the heavy ones
/// @param heavyAnswered heavy requests answered and verified, of connections that always have one outstanding
/// @param lost datagrams without a reply in time
/// @param unanswered requests of an open loop that were given up
/// @param waiting clients that were given up while waiting: the contender does not serve that many at once
/// @param seconds duration of counting
/// @param generatorShare share of the processor time that the busiest loop of the load generator used for work
/// @param latencyNanos latencies of the replies; not modified after construction
public record LoadRunResult(long answered, long heavyAnswered, long lost, long unanswered, long waiting, double seconds,
        double generatorShare,
        Histogram latencyNanos) {
    private static final double NANOS_PER_MICRO = 1e3;
    /// Above this share the loop hardly ever waited: the load generator was the bottleneck.
    private static final double BOUND_SHARE = 0.93;

    public double requestsPerSecond() {
        return answered / seconds;
    }

    /// Heavy requests answered per second.
    public double heavyPerSecond() {
        return heavyAnswered / seconds;
    }

    /// True when the load generator was the bottleneck.
    public boolean generatorBound() {
        return generatorShare >= BOUND_SHARE;
    }

    public double percentileMicros(double percentile) {
        return latencyNanos.getValueAtPercentile(percentile) / NANOS_PER_MICRO;
    }

    /// Merges the recordings of several loops of the same run.
    static LoadRunResult merge(List<LoadRunResult> loops) {
        Histogram all = new Histogram(3);
        loops.forEach(loop -> all.add(loop.latencyNanos));
        return new LoadRunResult(loops.stream().mapToLong(LoadRunResult::answered).sum(),
                loops.stream().mapToLong(LoadRunResult::heavyAnswered).sum(),
                loops.stream().mapToLong(LoadRunResult::lost).sum(),
                loops.stream().mapToLong(LoadRunResult::unanswered).sum(),
                loops.stream().mapToLong(LoadRunResult::waiting).sum(),
                loops.getFirst().seconds, loops.stream().mapToDouble(LoadRunResult::generatorShare).max().orElseThrow(),
                all);
    }

    /// Merges the latencies of several runs: histograms are added, percentiles are never averaged.
    public static List<LatencyPoint> curve(List<LoadRunResult> runs) {
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
