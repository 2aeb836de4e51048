package dev.polyserve.bench.report;

import dev.polyserve.bench.result.BenchResults;
import java.util.Optional;

/// What a report tells: the results, and what is concluded from them.
///
/// @param results all results
/// @param baseline the changes since an earlier benchmark
/// @param recommendation the model to take, if that was asked
public record BenchReport(BenchResults results, Optional<BaselineComparison> baseline,
        Optional<Recommendation> recommendation) {
    /// A report of the results alone.
    public static BenchReport of(BenchResults results) {
        return new BenchReport(results, Optional.empty(), Optional.empty());
    }
}
