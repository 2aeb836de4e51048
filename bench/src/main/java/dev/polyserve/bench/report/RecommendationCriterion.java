package dev.polyserve.bench.report;

import dev.polyserve.bench.report.ComparedMetric.Difference;
import dev.polyserve.bench.report.Ratio.Claim;
import dev.polyserve.bench.result.BenchSettings;
import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ComparisonResult.Load;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.BenchResults;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What a recommendation weighs, in the order in which it does: see the section on advice in the guide.
///
/// A difference counts if the rounds agree on it, and if it is large enough both as a ratio and in absolute terms.
enum RecommendationCriterion {
    /// The slowest of a hundred requests, at the same rate for all.
    TAIL("p99", 1.25) {
        @Override
        List<ComparedMetric> figures(BenchResults results) {
            return comparisons(results)
                    .filter(comparison -> ComparisonQuestion.of(comparison) == ComparisonQuestion.LATENCY)
                    .map(comparison -> ComparedMetric.ranked(comparison, BenchMetric.P99)).toList();
        }

        @Override
        boolean isFelt(ComparedMetric figures, double more, ContenderResults of, BenchSettings settings) {
            return more >= MICROS_FELT;
        }
    },
    /// The requests that a contender can serve. Where a rate was given, all that are left hold it, and more is not needed.
    CAPACITY("capacity", 1.10) {
        @Override
        List<ComparedMetric> figures(BenchResults results) {
            return Stream.concat(
                    atRatesInQuestion(results)
                            .filter(comparison -> ComparisonQuestion.of(comparison) == ComparisonQuestion.CAPACITY)
                            .map(comparison -> ComparedMetric.ranked(comparison, BenchMetric.REQUESTS_PER_SECOND)),
                    comparisons(results)
                            .filter(comparison -> ComparisonQuestion.of(comparison) == ComparisonQuestion.LATENCY)
                            .map(comparison -> ComparedMetric.ranked(comparison, BenchMetric.HEAVY_PER_SECOND)))
                    .toList();
        }
    },
    /// The processor time for the same work.
    PROCESSOR_TIME("processor time", 1.10) {
        @Override
        List<ComparedMetric> figures(BenchResults results) {
            return atRatesInQuestion(results)
                    .filter(comparison -> ComparisonQuestion.of(comparison) != ComparisonQuestion.MEMORY)
                    .flatMap(comparison -> Stream
                            .of(BenchMetric.CPU_MICROS_PER_REQUEST, BenchMetric.CPU_MICROS_PER_HEAVY)
                            .map(metric -> ComparedMetric.all(comparison, metric)))
                    .toList();
        }

        @Override
        boolean isFelt(ComparedMetric figures, double more, ContenderResults of, BenchSettings settings) {
            BenchMetric rate = figures.metric() == BenchMetric.CPU_MICROS_PER_HEAVY
                    ? BenchMetric.HEAVY_PER_SECOND
                    : BenchMetric.REQUESTS_PER_SECOND;
            return of.spread(rate).filter(served -> more * served.median() >= MICROS_OF_A_SECOND_FELT).isPresent();
        }
    },
    /// The memory of an idle connection.
    MEMORY("memory per idle connection", 1.5) {
        @Override
        List<ComparedMetric> figures(BenchResults results) {
            return comparisons(results)
                    .filter(comparison -> ComparisonQuestion.of(comparison) == ComparisonQuestion.MEMORY)
                    .map(comparison -> ComparedMetric.ranked(comparison, BenchMetric.RSS_BYTES_PER_CONNECTION))
                    .toList();
        }

        @Override
        boolean isFelt(ComparedMetric figures, double more, ContenderResults of, BenchSettings settings) {
            return more * settings.connections() >= BYTES_FELT;
        }
    };

    /// The network and the client add as much to each request.
    private static final double MICROS_FELT = 1_000;
    /// One per cent of a processor.
    private static final double MICROS_OF_A_SECOND_FELT = 10_000;
    private static final double BYTES_FELT = 16 << 20;

    private final String noun;
    private final double leastRatio;

    RecommendationCriterion(String noun, double leastRatio) {
        this.noun = noun;
        this.leastRatio = leastRatio;
    }

    /// What the figures are, in words.
    String noun(ComparedMetric figures) {
        return figures.metric() == BenchMetric.HEAVY_PER_SECOND ? "heavy requests/s" : noun;
    }

    /// The figures that it compares, one for each table that has them.
    abstract List<ComparedMetric> figures(BenchResults results);

    /// Whether a difference is large enough in absolute terms.
    ///
    /// @param more the difference of the medians
    /// @param of the better contender
    boolean isFelt(ComparedMetric figures, double more, ContenderResults of, BenchSettings settings) {
        return true;
    }

    /// By how much one contender is worse than another, in the table where they differ most; empty if no difference counts,
    /// or if another table has a larger one in favour of the first.
    Optional<Difference> difference(BenchResults results, String worse, String better) {
        Optional<Difference> against = largest(results, worse, better);
        double inFavour = largest(results, better, worse).map(Difference::times).orElse(0.0);
        return against.filter(difference -> difference.times() > inFavour);
    }

    /// Whether the tails of two contenders differ so much that it would count, but the rounds do not agree on it.
    static boolean leavesTailOpen(ComparisonResult comparison, String one, String other) {
        ComparedMetric tails = ComparedMetric.ranked(comparison, BenchMetric.P99);
        return Stream.of(tails.difference(one, other), tails.difference(other, one)).flatMap(Optional::stream)
                .anyMatch(difference -> difference.ratio().claim() == Claim.UNKNOWN
                        && difference.times() >= TAIL.leastRatio && difference.more() >= MICROS_FELT);
    }

    private Optional<Difference> largest(BenchResults results, String worse, String better) {
        return figures(results).stream().flatMap(figures -> figures.difference(worse, better).stream())
                .filter(difference -> counts(difference, results.settings()))
                .max(Comparator.comparingDouble(Difference::times));
    }

    private boolean counts(Difference difference, BenchSettings settings) {
        return difference.ratio().claim() == Claim.DIFFERENT && difference.times() >= leastRatio
                && isFelt(difference.figures(), difference.more(), difference.better(), settings);
    }

    private static Stream<ComparisonResult> comparisons(BenchResults results) {
        return results.comparisons().stream();
    }

    /// All comparisons, but not a closed loop where the user has given a rate, which is what matters then.
    private static Stream<ComparisonResult> atRatesInQuestion(BenchResults results) {
        return comparisons(results).filter(comparison -> comparison.load() == Load.OPEN
                || comparisons(results).noneMatch(other -> other.workload().equals(comparison.workload())
                        && other.load() == Load.OPEN && other.shareOfWeakest() == 0));
    }
}
