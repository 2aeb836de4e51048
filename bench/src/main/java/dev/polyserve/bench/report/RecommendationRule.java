package dev.polyserve.bench.report;

import dev.polyserve.bench.report.ComparedMetric.Difference;
import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.BenchResults;
import dev.polyserve.bench.result.MinMedianMax;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The rule by which one of several models is recommended; the guide states it in the section on advice.
///
/// **Thread**: any.
///
/// @param results what was measured
/// @param usual the model that is taken where others are equal to it
record RecommendationRule(BenchResults results, String usual) {
    /// Of the models that miss a rate, the usual one is taken if it comes as near to it as this.
    private static final double AS_NEAR = 0.95;

    /// A fixed rate that a contender did not hold.
    ///
    /// @param answered the requests per second that it answered
    record Missed(ComparisonResult comparison, double answered) {
        double share() {
            return answered / comparison.requestsPerSecond();
        }
    }

    /// The model to take; empty if none was measured without failing.
    ///
    /// @param models the names of their contenders, the most promising first
    Optional<String> take(List<String> models) {
        List<String> serving = models.stream().filter(this::serves).toList();
        List<String> holding = serving.stream().filter(model -> missed(model).isEmpty()).toList();
        if (holding.isEmpty()) {
            return nearest(serving);
        }
        List<String> left = holding;
        for (RecommendationCriterion criterion : RecommendationCriterion.values()) {
            left = notWorse(left, criterion);
        }
        return preferred(holding.contains(usual) ? notEqualToUsual(left) : left);
    }

    /// Leaves out what only noise keeps apart from the usual model, which itself may be out by a difference to another one.
    private List<String> notEqualToUsual(List<String> models) {
        List<String> better = models.stream().filter(model -> decision(model, usual).isPresent()).toList();
        return better.isEmpty() || models.contains(usual) ? List.of(usual) : better;
    }

    /// What decides between two models, if the first is the better one; empty if no difference counts.
    Optional<Difference> decision(String better, String worse) {
        return Stream.of(RecommendationCriterion.values())
                .flatMap(criterion -> criterion.difference(results, worse, better).stream()).findFirst();
    }

    /// The rate that a model missed by most; empty if it held all.
    ///
    /// At a rate that was derived from the capacity of the weakest one, nothing less than all rounds counts: the user has not asked
    /// for it.
    Optional<Missed> missed(String model) {
        return entries(model).filter(at -> !ContenderRanking.keptRate(at.comparison(), at.entry()))
                .filter(at -> at.comparison().shareOfWeakest() == 0 || missedInAllRounds(at))
                .map(at -> new Missed(at.comparison(), answered(at.entry())))
                .min(Comparator.comparingDouble(Missed::share));
    }

    private static boolean missedInAllRounds(At at) {
        return at.entry().spread(BenchMetric.REQUESTS_PER_SECOND)
                .filter(answered -> answered.most() < ContenderRanking.RATE_KEPT * at.comparison().requestsPerSecond())
                .isPresent();
    }

    /// Whether a model has figures, and failed in no comparison.
    boolean serves(String model) {
        return entries(model).anyMatch(at -> !at.entry().rounds().isEmpty())
                && entries(model).allMatch(at -> at.entry().failure() == null);
    }

    /// Leaves out what is worse than another one. If each is worse than some other one, none is the best.
    private List<String> notWorse(List<String> models, RecommendationCriterion criterion) {
        List<String> left = models.stream().filter(model -> models.stream()
                .noneMatch(other -> criterion.difference(results, model, other).isPresent())).toList();
        return left.isEmpty() ? models : left;
    }

    private Optional<String> nearest(List<String> models) {
        Optional<String> nearest = models.stream().max(Comparator.comparingDouble(this::share));
        return nearest.map(most -> models.contains(usual) && share(usual) >= AS_NEAR * share(most) ? usual : most);
    }

    private double share(String model) {
        return missed(model).map(Missed::share).orElse(1.0);
    }

    private Optional<String> preferred(List<String> equal) {
        return equal.contains(usual) ? Optional.of(usual) : equal.stream().findFirst();
    }

    private static double answered(ContenderResults entry) {
        return entry.spread(BenchMetric.REQUESTS_PER_SECOND).map(MinMedianMax::median).orElse(0.0);
    }

    private record At(ComparisonResult comparison, ContenderResults entry) {}

    private Stream<At> entries(String model) {
        return results.comparisons().stream().flatMap(comparison -> comparison.entries().stream()
                .filter(entry -> entry.contender().equals(model)).map(entry -> new At(comparison, entry)));
    }
}
