package dev.polyserve.bench.report;

import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.MinMedianMax;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The table of a comparison: the order of contenders, the columns, and the notes below.
///
/// @param comparison the comparison shown
/// @param ranking the order of the contenders
/// @param entries ranked ones first, then those that could not be ranked, in the order in which they were named
/// @param metrics those that at least one contender has, the metric in question first
record ComparisonTable(ComparisonResult comparison, ContenderRanking ranking, List<ContenderResults> entries,
        List<BenchMetric> metrics) {
    static final String BOUND = "†";
    static final String FAILED = "✗";
    static final String LATE = "‡";

    static ComparisonTable of(ComparisonResult comparison) {
        ContenderRanking ranking = ContenderRanking.of(comparison);
        List<ContenderResults> entries = new ArrayList<>(
                ranking.places().stream().map(ContenderRanking.Place::entry).toList());
        comparison.entries().stream().filter(entry -> !entries.contains(entry)).forEach(entries::add);
        List<BenchMetric> metrics = Stream.concat(Stream.of(ranking.metric()), Stream.of(BenchMetric.values()))
                .distinct()
                .filter(metric -> entries.stream().anyMatch(entry -> entry.spread(metric).isPresent())).toList();
        return new ComparisonTable(comparison, ranking, entries, metrics);
    }

    /// The marks behind a contender's name; usually none.
    String marks(ContenderResults entry) {
        return (entry.failure() == null ? "" : FAILED) + (entry.generatorBound() ? BOUND : "")
                + (late(entry) ? LATE : "");
    }

    /// True when its figures are valid, apart from requests per second, which the load generator may limit.
    boolean counts(ContenderResults entry) {
        return entry.failure() == null && !late(entry);
    }

    /// `± 2 %`: the largest deviation of a round from the median.
    static String noise(ContenderResults entry, BenchMetric metric) {
        return entry.spread(metric).filter(spread -> entry.rounds().size() > 1 && spread.median() > 0)
                .map(spread -> "± " + ReportFormat.percent(deviation(spread))).orElse("");
    }

    /// The meaning of the marks, the failures, and the remarks, one sentence each.
    List<String> notes() {
        List<String> notes = new ArrayList<>();
        if (entries.stream().anyMatch(ContenderResults::generatorBound)) {
            notes.add(BOUND + " The generator was the limit in at least one round: the contender can do more.");
        }
        if (entries.stream().anyMatch(this::late)) {
            notes.add(LATE + " Did not keep the rate: the latency shows the length of the queue.");
        }
        for (ContenderResults entry : entries) {
            if (entry.failure() != null) {
                notes.add(FAILED + " " + entry.contender() + " failed: " + entry.failure());
            }
        }
        for (ContenderResults entry : entries) {
            entry.remarks().forEach(remark -> notes.add(entry.contender() + ": " + remark));
        }
        return notes;
    }

    private boolean late(ContenderResults entry) {
        return !ContenderRanking.keptRate(comparison, entry);
    }

    private static double deviation(MinMedianMax spread) {
        return Math.max(spread.most() - spread.median(), spread.median() - spread.least()) / spread.median();
    }
}
