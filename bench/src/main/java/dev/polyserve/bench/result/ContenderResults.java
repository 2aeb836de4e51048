package dev.polyserve.bench.result;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The results of one contender in one comparison.
///
/// @param contender its name
/// @param rounds its turns, in order; fewer than planned when it failed or the benchmark was interrupted
/// @param latency the latency curve of all its rounds together (their histograms added), ascending; empty where the
///         workload has none
/// @param failure why it failed, in one sentence; null when it did not
/// @param remarks facts that a reader of its figures must know, one sentence each
public record ContenderResults(String contender, List<RoundResult> rounds, List<LatencyPoint> latency,
        @Nullable String failure, List<String> remarks) {
    /// Copies the lists.
    public ContenderResults {
        rounds = List.copyOf(rounds);
        latency = List.copyOf(latency);
        remarks = List.copyOf(remarks);
    }

    /// The median and spread of its rounds; empty when no round has the metric.
    public Optional<MinMedianMax> spread(BenchMetric metric) {
        List<Double> values = rounds.stream().map(round -> round.metrics().get(metric)).filter(Objects::nonNull)
                .map(Double.class::cast).toList();
        return values.isEmpty() ? Optional.empty() : Optional.of(MinMedianMax.of(values));
    }

    /// True when the load generator was the bottleneck in any of its rounds.
    public boolean generatorBound() {
        return rounds.stream().anyMatch(RoundResult::generatorBound);
    }
}
