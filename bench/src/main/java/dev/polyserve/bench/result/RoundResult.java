package dev.polyserve.bench.result;

import java.util.Map;

/// One contender's turn in one round.
///
/// @param metrics the figures measured; those not available are absent
/// @param generatorBound true when the load generator, not the contender, was the bottleneck: the contender can do more
///         than the figures show
public record RoundResult(Map<BenchMetric, Double> metrics, boolean generatorBound) {
    /// Copies the metrics.
    public RoundResult {
        metrics = Map.copyOf(metrics);
    }
}
