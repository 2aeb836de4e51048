package dev.polyserve.bench;

import dev.polyserve.bench.contender.Contender;
import dev.polyserve.bench.contender.LoadTransport;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// What a benchmark is to run: contenders, workloads, endpoint, connections, rounds and times.
///
/// @param contenders at least one, with distinct names
/// @param workloads at least one
/// @param transport the kind of endpoint between load generator and contender
/// @param connections number of connections; empty for the default of each workload
/// @param requestBytes size of a request, and of its reply
/// @param depth outstanding requests per connection, for workloads that do not set a depth
/// @param rate requests per second of the open loop; empty to derive it from the capacity of the slowest contender
/// @param rounds number of turns of each contender; [FurtherRoundsRule] may repeat those at a fixed rate
/// @param warmup maximum duration of the warm-up
/// @param round duration of a turn
/// @param work what the handler of [Workload#CUSTOM] does
/// @param command the command line that creates the same plan
public record BenchPlan(List<Contender> contenders, List<Workload> workloads, LoadTransport transport,
        OptionalInt connections,
        int requestBytes, int depth, OptionalDouble rate, int rounds, Duration warmup, Duration round,
        WorkTimes work, String command) {
    /// Copies both lists.
    public BenchPlan {
        contenders = List.copyOf(contenders);
        workloads = List.copyOf(workloads);
    }

    /// The number of connections that the workload uses.
    int connectionsFor(Workload workload) {
        return connections.orElse(workload.usualConnections());
    }

    /// How long a handler waits and computes per request.
    ///
    /// @param waits waiting time
    /// @param computes processor time
    public record WorkTimes(Duration waits, Duration computes) {}
}
