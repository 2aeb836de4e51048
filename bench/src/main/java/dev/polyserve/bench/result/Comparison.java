package dev.polyserve.bench.result;

import java.util.List;

/// One table: the contenders under one workload, loaded in one way, their rounds interleaved.
///
/// @param workload its name: `echo`, `churn` …
/// @param load closed loop for capacity, or open loop at a fixed rate for latency
/// @param requestsPerSecond the fixed rate; 0 in a closed loop
/// @param shareOfWeakest the rate as a share of the weakest contender's capacity; 0 where the rate was given, or in a closed loop
/// @param entries in the order in which the contenders were named
public record Comparison(String workload, Load load, double requestsPerSecond, double shareOfWeakest,
        List<Entry> entries) {
    /// Keeps a copy.
    public Comparison {
        entries = List.copyOf(entries);
    }

    /// How the next request comes about.
    public enum Load {
        /// When an earlier one was answered: shows capacity, hides stalls.
        CLOSED,
        /// When its time has come: shows what a user waits, corrected for coordinated omission.
        OPEN
    }
}
