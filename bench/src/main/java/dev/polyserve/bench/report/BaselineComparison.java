package dev.polyserve.bench.report;

import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ComparisonResult.Load;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchEnvironment;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.BenchResults;
import dev.polyserve.bench.result.BenchSettings;
import dev.polyserve.bench.result.MinMedianMax;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// The changes since an earlier benchmark that exceed the noise of both.
///
/// A metric has changed when the ranges of both runs' rounds do not overlap, and their medians differ by at least 5 %.
///
/// **Thread**: any.
///
/// @param measuredAt start of the earlier benchmark
/// @param warnings reasons why the two are hard to compare, and what one of them lacks, one sentence each
/// @param changes in the order of the current results
/// @param compared number of figures compared
public record BaselineComparison(Instant measuredAt, List<String> warnings, List<Change> changes, int compared) {
    /// A larger difference between the amounts of work explains other changes by itself.
    private static final double SAME_WORK = 0.02;
    /// A larger difference between the rates makes the loads incomparable.
    private static final double SAME_RATE = 0.10;

    /// Copies the lists.
    public BaselineComparison {
        warnings = List.copyOf(warnings);
        changes = List.copyOf(changes);
    }

    /// Compares two results.
    public static BaselineComparison compare(BenchResults before, BenchResults now) {
        List<String> warnings = new ArrayList<>(differences(before, now));
        List<Pair> pairs = pairs(before, now);
        List<String> missing = missing(now, pairs);
        if (!missing.isEmpty()) {
            warnings.add("The baseline does not contain: " + String.join("; ", missing) + ".");
        }
        if (pairs.stream().anyMatch(Pair::hasTooFewRounds)) {
            warnings.add("Figures of fewer than " + Ratio.LEAST_ROUNDS
                    + " rounds are not compared: their noise is unknown.");
        }
        return new BaselineComparison(before.startedAt(), warnings,
                pairs.stream().map(Pair::changes).flatMap(List::stream).toList(),
                pairs.stream().mapToInt(pair -> pair.common().size()).sum());
    }

    /// A figure that changed.
    ///
    /// @param comparison the current comparison
    /// @param before the rounds of the earlier benchmark
    /// @param now the rounds of the current one
    public record Change(ComparisonResult comparison, String contender, BenchMetric metric, MinMedianMax before,
            MinMedianMax now) {
        /// `epoll, echo, closed loop`.
        String subject() {
            return contender + ", " + comparison.workload() + ", " + ReportFormat.load(comparison);
        }

        /// `▲ epoll, echo, closed loop: requests/s 74,000 → 81,300 (+10 %, better)`.
        public String sentence() {
            return direction().mark() + " " + subject() + ": " + metric.label() + " "
                    + QuantityFormat.of(metric, before.median()) + " → "
                    + QuantityFormat.of(metric, now.median()) + " (" + extent() + ", " + direction().word() + ")";
        }

        /// `+10 %`, or `2.4 times`; `from nothing` when the earlier value is zero.
        String extent() {
            if (before.median() <= 0 || now.median() <= 0) {
                return before.median() == 0 ? "from nothing" : "to nothing";
            }
            double ratio = now.median() / before.median();
            return ratio >= 2
                    ? ReportFormat.times(ratio) + " times"
                    : (ratio > 1 ? "+" : "−")
                            + ReportFormat.percent(Math.abs(ratio - 1));
        }

        /// Whether the change is an improvement.
        public Direction direction() {
            boolean more = now.median() > before.median();
            return switch (metric.better()) {
                case HIGHER -> more ? Direction.BETTER : Direction.WORSE;
                case LOWER -> more ? Direction.WORSE : Direction.BETTER;
                case NEITHER -> Direction.OTHER;
            };
        }
    }

    /// The direction of a change.
    public enum Direction {
        /// An improvement.
        BETTER("▲", "better"),
        /// A regression.
        WORSE("▼", "worse"),
        /// Neither: the metric explains others.
        OTHER("◆", "changed");

        private final String mark;
        private final String word;

        Direction(String mark, String word) {
            this.mark = mark;
            this.word = word;
        }

        String mark() {
            return mark;
        }

        String word() {
            return word;
        }
    }

    /// `3 of 120 figures changed by more than their noise: 2 better, 1 worse`.
    public String summary() {
        if (changes.isEmpty()) {
            return compared == 0
                    ? "nothing could be compared"
                    : "none of " + compared
                            + " figures changed by more than their noise";
        }
        return changes.size() + " of " + compared + " figures changed by more than their noise: "
                + count(Direction.BETTER) + " better, " + count(Direction.WORSE) + " worse"
                + (count(Direction.OTHER) == 0 ? "" : ", " + count(Direction.OTHER) + " neither");
    }

    private long count(Direction direction) {
        return changes.stream().filter(change -> change.direction() == direction).count();
    }

    /// One contender under the same load in both benchmarks.
    private record Pair(ComparisonResult comparison, ContenderResults before, ContenderResults now) {
        /// True when there are too few rounds. A failed contender is reported elsewhere.
        boolean hasTooFewRounds() {
            return before.failure() == null && now.failure() == null
                    && Math.min(before.rounds().size(), now.rounds().size()) < Ratio.LEAST_ROUNDS;
        }

        List<BenchMetric> common() {
            List<BenchMetric> common = new ArrayList<>();
            for (BenchMetric metric : BenchMetric.values()) {
                boolean given = metric == BenchMetric.REQUESTS_PER_SECOND && comparison.load() == Load.OPEN;
                if (!given && metric != BenchMetric.GENERATOR_SHARE && known(before, metric) && known(now, metric)) {
                    common.add(metric);
                }
            }
            return common;
        }

        List<Change> changes() {
            List<Change> changes = new ArrayList<>();
            for (BenchMetric metric : common()) {
                Change change = new Change(comparison, now.contender(), metric,
                        before.spread(metric).orElseThrow(), now.spread(metric).orElseThrow());
                if (differs(change)) {
                    changes.add(change);
                }
            }
            return changes;
        }

        private static boolean known(ContenderResults entry, BenchMetric metric) {
            return entry.rounds().stream().filter(round -> round.metrics().containsKey(metric))
                    .count() >= Ratio.LEAST_ROUNDS;
        }

        private static boolean differs(Change change) {
            MinMedianMax before = change.before();
            MinMedianMax now = change.now();
            boolean apart = now.least() > before.most() || now.most() < before.least();
            double larger = Math.max(Math.abs(before.median()), Math.abs(now.median()));
            boolean enough = Math.abs(now.median() - before.median()) >= Ratio.LEAST_CLAIMED * larger;
            boolean visible = !QuantityFormat.of(change.metric(), before.median())
                    .equals(QuantityFormat.of(change.metric(), now.median()));
            return apart && enough && visible;
        }
    }

    private static List<Pair> pairs(BenchResults before, BenchResults now) {
        List<Pair> pairs = new ArrayList<>();
        for (ComparisonResult comparison : now.comparisons()) {
            before.comparisons().stream().filter(earlier -> sameLoad(earlier, comparison)).findFirst()
                    .ifPresent(earlier -> comparison.entries().forEach(entry -> earlier.entries().stream()
                            .filter(other -> other.contender().equals(entry.contender())).findFirst()
                            .ifPresent(other -> pairs.add(new Pair(comparison, other, entry)))));
        }
        return pairs;
    }

    /// The loads that the baseline did not measure, and under the others the contenders that it lacks.
    private static List<String> missing(BenchResults now, List<Pair> pairs) {
        List<String> missing = new ArrayList<>();
        for (ComparisonResult comparison : now.comparisons()) {
            List<String> known = pairs.stream().filter(pair -> pair.comparison().equals(comparison))
                    .map(pair -> pair.now().contender()).toList();
            List<String> unknown = comparison.entries().stream().map(ContenderResults::contender)
                    .filter(contender -> !known.contains(contender)).toList();
            String load = comparison.workload() + ", " + ReportFormat.load(comparison);
            if (known.isEmpty()) {
                missing.add(load);
            } else {
                unknown.forEach(contender -> missing.add(contender + " in " + load));
            }
        }
        return missing;
    }

    /// True for the same share of the slowest contender's capacity at about the same rate, or for the same given rate.
    private static boolean sameLoad(ComparisonResult before, ComparisonResult now) {
        double apart = Math.abs(before.requestsPerSecond() - now.requestsPerSecond());
        return before.workload().equals(now.workload()) && before.load() == now.load()
                && Math.abs(before.shareOfWeakest() - now.shareOfWeakest()) < 1e-6
                && apart <= SAME_RATE * now.requestsPerSecond();
    }

    private static List<String> differences(BenchResults before, BenchResults now) {
        List<String> warnings = new ArrayList<>();
        warn(warnings, "on a different machine", machine(before.environment(), now.environment()));
        warn(warnings, "with different settings", settings(before, now));
        warn(warnings, "with different versions", versions(before.environment(), now.environment()));
        return warnings;
    }

    private static void warn(List<String> warnings, String how, List<String> differences) {
        if (!differences.isEmpty()) {
            warnings.add("The baseline was measured " + how + ", which may explain changes by itself: "
                    + String.join("; ", differences) + ".");
        }
    }

    private static List<String> machine(BenchEnvironment before, BenchEnvironment now) {
        List<String> differences = new ArrayList<>();
        differ(differences, "processor", before.processor(), now.processor());
        differ(differences, "processors", before.processors(), now.processors());
        differ(differences, "system", before.system(), now.system());
        return differences;
    }

    private static List<String> settings(BenchResults before, BenchResults now) {
        BenchSettings then = before.settings();
        BenchSettings here = now.settings();
        List<String> differences = new ArrayList<>();
        differ(differences, "endpoint", then.endpoint(), here.endpoint());
        differ(differences, "connections", then.connections(), here.connections());
        differ(differences, "request bytes", then.requestBytes(), here.requestBytes());
        differ(differences, "depth", then.depth(), here.depth());
        differ(differences, "warm-up", ReportFormat.seconds(then.warmupSeconds()),
                ReportFormat.seconds(here.warmupSeconds()));
        if (Math.abs(then.multiplicationsPerMilli() - here.multiplicationsPerMilli()) > SAME_WORK
                * Math.max(then.multiplicationsPerMilli(), here.multiplicationsPerMilli())) {
            differ(differences, "multiplications for 1 ms", then.multiplicationsPerMilli(),
                    here.multiplicationsPerMilli());
        }
        differ(differences, "rounds of", ReportFormat.seconds(then.roundSeconds()),
                ReportFormat.seconds(here.roundSeconds()));
        differ(differences, "placement", before.environment().placement(), now.environment().placement());
        return differences;
    }

    /// Compares the versions that both runs recorded. A new version of polyserve does not invalidate the comparison: it
    /// is usually its purpose.
    private static List<String> versions(BenchEnvironment before, BenchEnvironment now) {
        List<String> differences = new ArrayList<>();
        new TreeMap<>(now.versions()).forEach((what, version) -> differ(differences, what,
                before.versions().getOrDefault(what, version), version));
        return differences;
    }

    private static void differ(List<String> differences, String what, Object before, Object now) {
        if (!before.equals(now)) {
            differences.add(what + " " + before + " then, " + now + " now");
        }
    }
}
