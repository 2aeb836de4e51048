package dev.polyserve.bench.result;

import java.time.Instant;
import java.util.List;

/// Everything that one run measured.
///
/// @param format the version of this form, so that a later program can read an older file; see [#FORMAT]
/// @param startedAt when the run began
/// @param tookSeconds how long it took
/// @param complete whether it ran to its end; false when it was interrupted
/// @param command the command line that makes it again
/// @param environment where
/// @param settings what was asked for
/// @param comparisons the tables, in the order in which they were measured
public record Results(int format, Instant startedAt, double tookSeconds, boolean complete, String command,
        Environment environment, BenchSettings settings, List<Comparison> comparisons) {
    /// The present form.
    public static final int FORMAT = 2;

    /// Keeps a copy.
    public Results {
        comparisons = List.copyOf(comparisons);
    }
}
