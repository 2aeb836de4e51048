package dev.polyserve.bench.result;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What one contender did in one comparison.
///
/// @param contender its name
/// @param rounds its turns, in order; fewer than planned when it failed or the run was interrupted
/// @param latency the curve of all its rounds together (their histograms added), ascending; empty where the workload has none
/// @param failure why it fell out, in one sentence; null when it did not
/// @param remarks what a reader must know beside the numbers, a sentence each
public record Entry(String contender, List<Round> rounds, List<LatencyPoint> latency,
        @Nullable String failure, List<String> remarks) {
    /// Keeps copies.
    public Entry {
        rounds = List.copyOf(rounds);
        latency = List.copyOf(latency);
        remarks = List.copyOf(remarks);
    }

    /// The middle of its rounds and their spread; empty when no round could tell.
    public Optional<Spread> spread(Metric metric) {
        List<Double> values = rounds.stream().map(round -> round.metrics().get(metric)).filter(Objects::nonNull)
                .map(Double.class::cast).toList();
        return values.isEmpty() ? Optional.empty() : Optional.of(Spread.of(values));
    }

    /// Whether the generator was the limit in any of its rounds.
    public boolean generatorBound() {
        return rounds.stream().anyMatch(Round::generatorBound);
    }
}
