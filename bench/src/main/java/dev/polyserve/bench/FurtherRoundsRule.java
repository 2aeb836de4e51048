package dev.polyserve.bench;

import dev.polyserve.bench.result.ComparisonResult;

/// The rule that decides whether the contenders take as many turns again at a fixed rate, because the rounds so far
/// leave a question open.
///
/// **Thread**: the benchmark's.
@FunctionalInterface
public interface FurtherRoundsRule {
    /// Never.
    FurtherRoundsRule NONE = _ -> false;

    /// Whether more rounds are needed.
    ///
    /// @param measured the rounds so far
    boolean areNeeded(ComparisonResult measured);
}
