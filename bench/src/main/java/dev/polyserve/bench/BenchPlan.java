package dev.polyserve.bench;

import dev.polyserve.bench.contender.Contender;
import dev.polyserve.bench.contender.LoadTransport;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// What is to be measured.
///
/// @param contenders at least one, with names that differ
/// @param workloads at least one
/// @param transport what carries the bytes
/// @param connections how many; empty: what is usual for each workload
/// @param requestBytes the size of a request and its reply
/// @param depth requests under way per connection, in the workloads that have no depth of their own
/// @param rate requests per second of the open loop; empty: shares of the weakest contender's capacity
/// @param rounds turns of each contender
/// @param warmup the longest warm-up
/// @param round the length of a turn
/// @param work what the handler of [Workload#CUSTOM] does
/// @param command the command line that makes the same plan
public record BenchPlan(List<Contender> contenders, List<Workload> workloads, LoadTransport transport,
        OptionalInt connections,
        int requestBytes, int depth, OptionalDouble rate, int rounds, Duration warmup, Duration round,
        WorkTimes work, String command) {
    /// Keeps copies.
    public BenchPlan {
        contenders = List.copyOf(contenders);
        workloads = List.copyOf(workloads);
    }

    /// How many connections the workload has.
    int connectionsFor(Workload workload) {
        return connections.orElse(workload.usualConnections());
    }

    /// How long a handler waits and computes for each request.
    ///
    /// @param waits how long it waits
    /// @param computes how long it computes
    public record WorkTimes(Duration waits, Duration computes) {}
}
