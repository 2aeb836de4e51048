package dev.polyserve.bench.report;

import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.BenchMetric.Better;
import dev.polyserve.bench.result.MinMedianMax;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The contenders of a comparison with comparable figures, best first.
///
/// @param question the question of the comparison
/// @param places best first. Failed contenders are left out; for a question of latency, so are those that did not keep
///         the rate or were limited by the load generator
record ContenderRanking(ComparisonQuestion question, List<Place> places) {
    /// A contender that answers a smaller share of the due requests has not kept the rate.
    static final double RATE_KEPT = 0.95;

    ContenderRanking {
        places = List.copyOf(places);
    }

    /// @param spread of the metric in question
    record Place(ContenderResults entry, MinMedianMax spread) {
        String name() {
            return entry.contender();
        }
    }

    static ContenderRanking of(ComparisonResult comparison) {
        ComparisonQuestion question = ComparisonQuestion.of(comparison);
        Comparator<Place> ascending = Comparator.comparingDouble(place -> place.spread().median());
        List<Place> places = comparison.entries().stream().filter(entry -> takesPart(comparison, question, entry))
                .flatMap(entry -> entry.spread(question.metric()).map(spread -> new Place(entry, spread)).stream())
                .sorted(question.metric().better() == Better.HIGHER ? ascending.reversed() : ascending).toList();
        return new ContenderRanking(question, places);
    }

    BenchMetric metric() {
        return question.metric();
    }

    Optional<Place> best() {
        return places.stream().findFirst();
    }

    /// The contender's figure as a multiple of the best one's; empty when it is not ranked.
    Optional<Ratio> toBest(ContenderResults entry) {
        return places.stream().filter(place -> place.entry().equals(entry)).findFirst()
                .flatMap(place -> best().flatMap(best -> Ratio.of(place.entry(), best.entry(), metric())));
    }

    /// True when the contender answered the due requests; always true in a closed loop.
    static boolean keptRate(ComparisonResult comparison, ContenderResults entry) {
        @Nullable
        Double answered = entry.spread(BenchMetric.REQUESTS_PER_SECOND).map(MinMedianMax::median).orElse(null);
        return comparison.load() == ComparisonResult.Load.CLOSED || answered == null
                || answered >= RATE_KEPT * comparison.requestsPerSecond();
    }

    private static boolean takesPart(ComparisonResult comparison, ComparisonQuestion question, ContenderResults entry) {
        return entry.failure() == null
                && (question != ComparisonQuestion.LATENCY || (keptRate(comparison, entry) && !entry.generatorBound()));
    }
}
