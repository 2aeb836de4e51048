package dev.polyserve.bench.result;

import java.util.List;

/// The results of all contenders under one workload and one kind of load, with interleaved rounds.
///
/// @param workload its name: `echo`, `churn` …
/// @param load closed loop for capacity, or open loop at a fixed rate for latency
/// @param requestsPerSecond the fixed rate; 0 in a closed loop
/// @param shareOfWeakest the rate as a share of the capacity of the slowest contender; 0 where the rate was given, or
///         in a closed loop
/// @param entries in the order in which the contenders were named
public record ComparisonResult(String workload, Load load, double requestsPerSecond, double shareOfWeakest,
        List<ContenderResults> entries) {
    /// Copies the entries.
    public ComparisonResult {
        entries = List.copyOf(entries);
    }

    /// What triggers the next request.
    public enum Load {
        /// The reply to an earlier one: shows capacity, hides stalls.
        CLOSED,
        /// Its due time: shows the latency that a user sees, corrected for coordinated omission.
        OPEN
    }
}
