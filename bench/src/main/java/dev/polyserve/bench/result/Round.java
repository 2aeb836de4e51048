package dev.polyserve.bench.result;

import java.util.Map;

/// One contender's turn in one round.
///
/// @param metrics what was measured; what could not be told is absent
/// @param generatorBound whether the generator, not the contender, was the limit: the row then says too little
public record Round(Map<Metric, Double> metrics, boolean generatorBound) {
    /// Keeps a copy.
    public Round {
        metrics = Map.copyOf(metrics);
    }
}
