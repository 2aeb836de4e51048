package dev.polyserve.bench.result;

import java.time.Instant;
import java.util.List;

/// All results of one benchmark.
///
/// @param format the version of the file format, so that a later program can read an older file; see [#FORMAT]
/// @param startedAt start of the benchmark
/// @param tookSeconds its duration
/// @param complete true when it ran to its end; false when it was interrupted
/// @param command the command line that repeats it
/// @param environment the machine and software
/// @param settings its settings
/// @param comparisons the tables, in the order in which they were measured
public record BenchResults(int format, Instant startedAt, double tookSeconds, boolean complete, String command,
        BenchEnvironment environment, BenchSettings settings, List<ComparisonResult> comparisons) {
    public static final int FORMAT = 2;

    /// Copies the comparisons.
    public BenchResults {
        comparisons = List.copyOf(comparisons);
    }
}
