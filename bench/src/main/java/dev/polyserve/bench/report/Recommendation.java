package dev.polyserve.bench.report;

import dev.polyserve.bench.report.ComparedMetric.Difference;
import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ComparisonResult.Load;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.BenchResults;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The one model that results recommend, with the reason, what it gains over the next best, and how sure that is.
///
/// **Thread**: any.
///
/// @param model its name; empty if no model could be measured
/// @param sentence the recommendation in words, on one line
public record Recommendation(Optional<String> model, String sentence) {
    private static final String MAY_BE_NOISE = "~";

    /// Draws the conclusion by the [rule][RecommendationRule].
    ///
    /// @param models the names of the contenders to choose from, the most promising first
    /// @param usual the default model, which is taken where others are equal to it
    public static Recommendation of(BenchResults results, List<String> models, String usual) {
        RecommendationRule rule = new RecommendationRule(results, usual);
        Optional<String> model = rule.take(models);
        return new Recommendation(model, "Recommendation: " + model
                .map(taken -> new Writer(results, rule, taken).sentence(models))
                .orElse("none, because no model was measured without failing: see the notes below the tables."));
    }

    /// Whether the rounds at a fixed rate do not show yet whether a model's tail differs from the default's: more rounds may.
    ///
    /// @param usual the default model
    public static boolean needsMoreRounds(ComparisonResult measured, List<String> models, String usual) {
        return measured.load() == Load.OPEN && models.stream().filter(model -> !model.equals(usual))
                .anyMatch(model -> RecommendationCriterion.leavesTailOpen(measured, model, usual));
    }

    private record Writer(BenchResults results, RecommendationRule rule, String taken) {
        private String sentence(List<String> models) {
            List<String> others = models.stream().filter(model -> !model.equals(taken)).toList();
            String words = "take " + taken + (taken.equals(rule.usual()) ? ", the default" : "")
                    + rule.missed(taken).map(Writer::shortfall).orElse("") + ". "
                    + rule.take(others).map(next -> comparedWithNext(next, others)).orElse(alone(others));
            return words + (words.contains(MAY_BE_NOISE) ? " " + MAY_BE_NOISE + " marks what may be noise." : "");
        }

        private static String shortfall(RecommendationRule.Missed missed) {
            return ", although no model holds the rate: it answers " + answered(missed);
        }

        /// `1,220 of 2,000 requests/s in mixed`.
        private static String answered(RecommendationRule.Missed missed) {
            return QuantityFormat.of(BenchMetric.REQUESTS_PER_SECOND, missed.answered()) + " of "
                    + ReportFormat.rate(missed.comparison()) + " in " + missed.comparison().workload();
        }

        private static String alone(List<String> others) {
            return others.isEmpty()
                    ? "No other model was measured."
                    : "No other model was measured without failing: see the notes below the tables.";
        }

        private String comparedWithNext(String next, List<String> others) {
            String words = compared(next + ", the next best,", next);
            boolean aboutDefault = others.contains(rule.usual()) && !next.equals(rule.usual())
                    && rule.serves(rule.usual());
            return aboutDefault
                    ? words + " " + compared(rule.usual() + ", the default,", rule.usual())
                    : words;
        }

        private String compared(String subject, String other) {
            Optional<RecommendationRule.Missed> missed = rule.missed(other);
            if (missed.isPresent()) {
                return subject + " answers " + answered(missed.get()) + ".";
            }
            List<String> ratios = Stream.of(RecommendationCriterion.values())
                    .flatMap(criterion -> ratio(criterion, other).stream())
                    .toList();
            return (ratios.isEmpty()
                    ? subject + " has no figures to compare"
                    : subject + " has " + ReportFormat.list(ratios))
                    + rule.decision(taken, other).map(Writer::decided).orElse(undecided());
        }

        private static String decided(Difference difference) {
            return ". Decided by " + difference + ".";
        }

        private String undecided() {
            int rounds = results.comparisons().stream().flatMap(comparison -> comparison.entries().stream())
                    .mapToInt(entry -> entry.rounds().size()).max().orElse(0);
            return rounds < Ratio.LEAST_ROUNDS
                    ? "; " + (rounds == 1 ? "one round shows" : "two rounds show")
                            + " too little to decide by: use more --rounds."
                    : ": no difference that counts.";
        }

        /// `0.70 times the capacity`, of the difference that counts, or else of the last table with such figures.
        private Optional<String> ratio(RecommendationCriterion criterion, String other) {
            List<ComparedMetric> tables = new ArrayList<>(criterion.figures(results));
            criterion.difference(results, other, taken).map(Difference::figures).ifPresent(tables::add);
            return tables.reversed().stream()
                    .flatMap(figures -> figures.times(other, taken)
                            .map(ratio -> ratio.brief() + " times the " + criterion.noun(figures)).stream())
                    .findFirst();
        }
    }
}
