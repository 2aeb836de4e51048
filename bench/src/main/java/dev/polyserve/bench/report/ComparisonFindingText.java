package dev.polyserve.bench.report;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;

import dev.polyserve.bench.report.ContenderRanking.Place;
import dev.polyserve.bench.report.Ratio.Claim;
import dev.polyserve.bench.report.BenchConclusions.Finding;
import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.MinMedianMax;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/// Phrases the finding of one comparison.
final class ComparisonFindingText {
    /// The minimum share of lost datagrams that is reported.
    private static final double LOSS_WORTH_SAYING = 0.001;

    /// The maximum number of contenders in a finding; the table has the others.
    private static final int MAX_NAMED = 5;

    private final ComparisonResult comparison;
    private final ContenderRanking ranking;

    private ComparisonFindingText(ComparisonResult comparison) {
        this.comparison = comparison;
        this.ranking = ContenderRanking.of(comparison);
    }

    static Finding of(ComparisonResult comparison) {
        return new ComparisonFindingText(comparison).finding();
    }

    private Finding finding() {
        Optional<Place> first = ranking.best();
        if (first.isEmpty()) {
            return new Finding(comparison.workload(), heading(), "", "",
                    List.of("no contender has a figure to compare"),
                    caveats());
        }
        Place best = first.get();
        String figure = figure(best.spread());
        List<Rival> rivals = ranking.places().stream().skip(1).map(place -> rival(place, best)).toList();
        boolean allTheSame = !rivals.isEmpty() && rivals.stream().allMatch(rival -> rival.claim() == Claim.SAME);
        return allTheSame
                ? new Finding(comparison.workload(), heading(), "no clear difference", "at best " + figure,
                        List.of(allWithin(best, rivals)), caveats())
                : new Finding(comparison.workload(), heading(), best.name(), figure, others(rivals), caveats());
    }

    /// @param claim whether it differs from the best
    private record Rival(String name, Claim claim, Optional<Ratio> ratio) {}

    private Rival rival(Place place, Place best) {
        Optional<Ratio> ratio = Ratio.of(place.entry(), best.entry(), ranking.metric());
        return new Rival(place.name(), ratio.map(Ratio::claim).orElse(Claim.UNKNOWN), ratio);
    }

    private String heading() {
        return switch (ranking.question()) {
            case CAPACITY -> "capacity";
            case PROCESSOR_TIME -> "processor time";
            case LATENCY -> "latency at " + ReportFormat.rate(comparison);
            case MEMORY -> "memory per idle connection";
        };
    }

    private String figure(MinMedianMax spread) {
        String quantity = QuantityFormat.of(ranking.metric(), spread.median());
        return switch (ranking.question()) {
            case CAPACITY -> quantity + " requests/s";
            case PROCESSOR_TIME -> quantity + " per request";
            case LATENCY -> "p99 " + quantity;
            case MEMORY -> quantity;
        };
    }

    private static String allWithin(Place best, List<Rival> rivals) {
        List<String> names = new ArrayList<>(List.of(best.name()));
        rivals.forEach(rival -> names.add(rival.name()));
        return ReportFormat.list(names) + " are within " + widest(rivals);
    }

    private List<String> others(List<Rival> rivals) {
        if (rivals.isEmpty()) {
            return List.of("there is nothing to compare it with");
        }
        Map<Claim, List<Rival>> byClaim = rivals.stream().collect(groupingBy(Rival::claim));
        List<String> clauses = new ArrayList<>();
        List<Rival> same = byClaim.getOrDefault(Claim.SAME, List.of());
        if (!same.isEmpty()) {
            clauses.add(names(same) + (same.size() == 1 ? " is" : " are") + " within " + widest(same));
        }
        List<Rival> unknown = byClaim.getOrDefault(Claim.UNKNOWN, List.of());
        if (!unknown.isEmpty()) {
            clauses.add(unknown(unknown));
        }
        List<Rival> different = byClaim.getOrDefault(Claim.DIFFERENT, List.of());
        if (!different.isEmpty()) {
            clauses.add(different(different));
        }
        return clauses;
    }

    private static String names(List<Rival> rivals) {
        return ReportFormat.list(rivals.stream().map(Rival::name).toList());
    }

    private static String widest(List<Rival> rivals) {
        return ReportFormat.atMostPercent(rivals.stream().flatMap(rival -> rival.ratio().stream())
                .mapToDouble(ratio -> Math.abs(ratio.median() - 1)).max().orElse(0));
    }

    private static String unknown(List<Rival> rivals) {
        return ReportFormat.list(rivals.stream().map(rival -> rival.name() + rival.ratio()
                .map(ratio -> " (" + ReportFormat.times(ratio.spread().least()) + " to "
                        + ReportFormat.times(ratio.spread().most())
                        + " times)")
                .orElse("")).toList()) + " cannot be distinguished from it";
    }

    /// `thread does 23 % less, process 61 % less`: the verb appears once, and a long list is cut.
    private String different(List<Rival> rivals) {
        String verb = switch (ranking.question()) {
            case CAPACITY -> " does ";
            case PROCESSOR_TIME, LATENCY, MEMORY -> " takes ";
        };
        int named = rivals.size() <= MAX_NAMED ? rivals.size() : MAX_NAMED - 1;
        List<String> parts = new ArrayList<>();
        for (Rival rival : rivals.subList(0, named)) {
            rival.ratio().ifPresent(ratio -> parts.add(rival.name() + (parts.isEmpty() ? verb : " ")
                    + difference(ratio.median())));
        }
        return String.join(", ", parts)
                + (named == rivals.size() ? "" : "; " + (rivals.size() - named) + " others are further behind");
    }

    private String difference(double ratio) {
        return switch (ranking.question()) {
            case CAPACITY -> ReportFormat.percent(1 - ratio) + " less";
            case PROCESSOR_TIME, MEMORY -> ratio < 2
                    ? ReportFormat.percent(ratio - 1) + " more"
                    : ReportFormat.times(ratio) + " times as much";
            case LATENCY ->
                ratio < 2
                        ? ReportFormat.percent(ratio - 1) + " longer"
                        : ReportFormat.times(ratio) + " times as long";
        };
    }

    private List<String> caveats() {
        List<String> caveats = new ArrayList<>();
        List<String> bound = named(entry -> entry.failure() == null && entry.generatorBound());
        if (!bound.isEmpty()) {
            caveats.add(bound(bound));
        }
        List<String> late = comparison.entries().stream()
                .filter(entry -> entry.failure() == null && !ContenderRanking.keptRate(comparison, entry))
                .map(entry -> entry.contender() + reached(entry)).toList();
        if (!late.isEmpty()) {
            caveats.add(
                    ReportFormat.list(late)
                            + " did not keep the rate: the latency then shows the length of the queue, and is "
                            + "not compared.");
        }
        List<String> failed = named(entry -> entry.failure() != null);
        if (!failed.isEmpty()) {
            caveats.add(ReportFormat.list(failed) + " failed: see the notes below the table.");
        }
        List<String> lossy = named(entry -> entry.spread(BenchMetric.LOST_SHARE)
                .filter(lost -> lost.median() >= LOSS_WORTH_SAYING).isPresent());
        if (!lossy.isEmpty()) {
            caveats.add(ReportFormat.list(lossy) + " lost datagrams: see the table.");
        }
        growth().ifPresent(caveats::add);
        heavy().ifPresent(caveats::add);
        return caveats;
    }

    /// ` (1,220 requests/s)`: the rate that the contender reached.
    private static String reached(ContenderResults entry) {
        return figure(entry, BenchMetric.REQUESTS_PER_SECOND)
                .map(figure -> " (" + figure + " requests/s)").orElse("");
    }

    /// Where some connections compute without pause, their throughput is the other half of the result.
    private Optional<String> heavy() {
        List<String> figures = comparison.entries().stream().filter(entry -> entry.failure() == null)
                .flatMap(entry -> figure(entry, BenchMetric.HEAVY_PER_SECOND)
                        .map(figure -> figure + " (" + entry.contender() + ")").stream())
                .toList();
        return figures.isEmpty()
                ? Optional.empty()
                : Optional.of("Meanwhile, replies per second on the computing connections: "
                        + String.join(", ", figures) + ".");
    }

    private static Optional<String> figure(ContenderResults entry, BenchMetric metric) {
        return entry.spread(metric).map(spread -> QuantityFormat.of(metric, spread.median()));
    }

    /// Where clients do not read, memory growth is the other half of the result.
    private Optional<String> growth() {
        List<ContenderResults> grown = comparison.entries().stream()
                .filter(entry -> entry.failure() == null && growth(entry).isPresent())
                .sorted(Comparator.comparingDouble(entry -> growth(entry).orElse(0))).toList();
        return grown.isEmpty()
                ? Optional.empty()
                : Optional.of("While some clients did not read, memory grew by " + grown.stream()
                        .map(entry -> QuantityFormat
                                .of(BenchMetric.RSS_GROWTH_BYTES, growth(entry).orElse(0)) + " (" + entry.contender()
                                + ")")
                        .collect(joining(", ")) + ".");
    }

    private static OptionalDouble growth(ContenderResults entry) {
        return entry.spread(BenchMetric.RSS_GROWTH_BYTES).map(spread -> OptionalDouble.of(spread.median()))
                .orElse(OptionalDouble.empty());
    }

    private String bound(List<String> names) {
        String limit = "The generator was the limit for " + ReportFormat.list(names) + ": ";
        return switch (ranking.question()) {
            case PROCESSOR_TIME -> limit + "they can serve more requests/s, so processor time is compared.";
            case CAPACITY, MEMORY -> limit + "they can serve more requests/s.";
            case LATENCY -> limit + "the latency is the generator's own, and is not compared.";
        };
    }

    private List<String> named(Predicate<ContenderResults> which) {
        return comparison.entries().stream().filter(which).map(ContenderResults::contender).toList();
    }
}
