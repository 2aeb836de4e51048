package dev.polyserve.bench.report;

import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.BenchMetric.Better;
import dev.polyserve.bench.result.MinMedianMax;
import java.util.List;
import java.util.Optional;

/// One metric of a comparison, of the contenders that it is compared for.
///
/// @param entries the contenders
record ComparedMetric(ComparisonResult comparison, BenchMetric metric, List<ContenderResults> entries) {
    ComparedMetric {
        entries = List.copyOf(entries);
    }

    /// Of the contenders that are ranked: at a fixed rate, those that kept it and were not limited by the load generator.
    static ComparedMetric ranked(ComparisonResult comparison, BenchMetric metric) {
        return new ComparedMetric(comparison, metric,
                ContenderRanking.of(comparison).places().stream().map(ContenderRanking.Place::entry).toList());
    }

    /// Of all contenders that did not fail.
    static ComparedMetric all(ComparisonResult comparison, BenchMetric metric) {
        return new ComparedMetric(comparison, metric,
                comparison.entries().stream().filter(entry -> entry.failure() == null).toList());
    }

    /// The difference between two contenders; empty if a figure is missing.
    Optional<Difference> difference(String worse, String better) {
        return entry(worse).flatMap(behind -> entry(better).flatMap(ahead -> ratio(behind, ahead)
                .map(ratio -> new Difference(this, behind, ahead, ratio))));
    }

    /// A contender's figure as a multiple of another one's.
    Optional<Ratio> times(String of, String base) {
        return entry(of).flatMap(above -> entry(base).flatMap(below -> Ratio.of(above, below, metric)));
    }

    private Optional<Ratio> ratio(ContenderResults behind, ContenderResults ahead) {
        return metric.better() == Better.HIGHER
                ? Ratio.of(ahead, behind, metric)
                : Ratio.of(behind, ahead, metric);
    }

    private Optional<ContenderResults> entry(String name) {
        return entries.stream().filter(entry -> entry.contender().equals(name)).findFirst();
    }

    /// How far one contender is behind another.
    ///
    /// @param ratio above 1 where `worse` is worse, whether higher or lower figures are better
    record Difference(ComparedMetric figures, ContenderResults worse, ContenderResults better, Ratio ratio) {
        double times() {
            return ratio.median();
        }

        /// The difference of the medians.
        double more() {
            return Math.abs(median(worse) - median(better));
        }

        /// `p99 in mixed, 2,000 requests/s: 2.80 ms against 5.90 ms, better in 9 of 9 rounds`.
        @Override
        public String toString() {
            return figures.metric.label() + " in " + figures.comparison.workload() + ", "
                    + ReportFormat.load(figures.comparison) + ": " + quantity(better) + " against " + quantity(worse)
                    + ", better in " + ratio.above() + " of " + ratio.rounds() + " rounds";
        }

        private String quantity(ContenderResults entry) {
            return QuantityFormat.of(figures.metric, median(entry));
        }

        private double median(ContenderResults entry) {
            return entry.spread(figures.metric).map(MinMedianMax::median).orElse(0.0);
        }
    }
}
