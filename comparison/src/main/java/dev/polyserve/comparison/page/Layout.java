package dev.polyserve.comparison.page;

import static dev.polyserve.bench.result.Metric.CONTEXT_SWITCHES_PER_REQUEST;
import static dev.polyserve.bench.result.Metric.CPU_MICROS_PER_HEAVY;
import static dev.polyserve.bench.result.Metric.CPU_MICROS_PER_REQUEST;
import static dev.polyserve.bench.result.Metric.CPU_USED;
import static dev.polyserve.bench.result.Metric.HEAP_BYTES_PER_CONNECTION;
import static dev.polyserve.bench.result.Metric.HEAVY_PER_SECOND;
import static dev.polyserve.bench.result.Metric.KERNEL_BYTES_PER_CONNECTION;
import static dev.polyserve.bench.result.Metric.LOST_SHARE;
import static dev.polyserve.bench.result.Metric.MAX;
import static dev.polyserve.bench.result.Metric.P50;
import static dev.polyserve.bench.result.Metric.P99;
import static dev.polyserve.bench.result.Metric.P999;
import static dev.polyserve.bench.result.Metric.REQUESTS_PER_SECOND;
import static dev.polyserve.bench.result.Metric.RSS_BYTES;
import static dev.polyserve.bench.result.Metric.RSS_BYTES_PER_CONNECTION;
import static dev.polyserve.bench.result.Metric.RSS_GROWTH_BYTES;
import static dev.polyserve.bench.result.Metric.SYSTEM_CALLS_PER_REQUEST;

import dev.polyserve.bench.Workload;
import dev.polyserve.bench.result.Comparison;
import dev.polyserve.bench.result.Comparison.Load;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.Metric;
import dev.polyserve.bench.result.Spread;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The columns of a table. The first one answers the question of the workload, and sorts the table.
///
/// @param columns the first one decides the order
record Layout(List<Metric> columns) {
    private static final List<Metric> COST = List.of(CPU_MICROS_PER_REQUEST, REQUESTS_PER_SECOND, CPU_USED,
            SYSTEM_CALLS_PER_REQUEST, CONTEXT_SWITCHES_PER_REQUEST, P50, P99, RSS_BYTES);
    private static final List<Metric> WAITING = List.of(P99, P50, P999, MAX, CPU_MICROS_PER_REQUEST, LOST_SHARE);
    /// With the latency of the light requests: the number answered in time, and the work of the computing connections.
    private static final List<Metric> BESIDE_COMPUTING = List.of(P99, P50, P999, MAX, REQUESTS_PER_SECOND,
            HEAVY_PER_SECOND,
            CPU_MICROS_PER_HEAVY, RSS_BYTES);

    /// The figures of a comparison that at least one contender has.
    static Layout of(Comparison comparison) {
        Workload workload = Workload.named(comparison.workload());
        Stream<Metric> wanted = comparison.load() == Load.OPEN
                ? (workload == Workload.MIXED ? BESIDE_COMPUTING : WAITING).stream()
                : Stream.concat(question(workload).stream(), COST.stream()).distinct();
        return new Layout(
                wanted.filter(metric -> comparison.entries().stream().anyMatch(e -> has(e, metric))).toList());
    }

    /// The question of a workload other than the cost of a request.
    private static List<Metric> question(Workload workload) {
        return switch (workload) {
            case ECHO, PIPELINE, CHURN -> List.of();
            case WAIT, CPU, BROADCAST, CUSTOM -> List.of(REQUESTS_PER_SECOND);
            case MIXED -> BESIDE_COMPUTING;
            case IDLE -> List.of(RSS_BYTES_PER_CONNECTION, HEAP_BYTES_PER_CONNECTION, KERNEL_BYTES_PER_CONNECTION);
            case SLOW_READER -> List.of(RSS_GROWTH_BYTES);
        };
    }

    /// Sorts the entries: best first, then those without the first figure, and failed ones last.
    List<ContenderResults> sorted(List<ContenderResults> entries) {
        Comparator<ContenderResults> order = Comparator.comparing((ContenderResults entry) -> entry.failure() != null);
        return entries.stream().sorted(columns.isEmpty() ? order : order.thenComparing(byFirst())).toList();
    }

    private Comparator<ContenderResults> byFirst() {
        Metric first = columns.getFirst();
        double sign = first.better() == Metric.Better.HIGHER ? -1 : 1;
        return Comparator.comparingDouble(
                entry -> entry.spread(first).map(Spread::median).map(m -> sign * m).orElse(Double.POSITIVE_INFINITY));
    }

    private static boolean has(ContenderResults entry, Metric metric) {
        Optional<Spread> spread = entry.spread(metric);
        return spread.isPresent();
    }
}
