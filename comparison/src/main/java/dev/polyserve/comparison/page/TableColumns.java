package dev.polyserve.comparison.page;

import static dev.polyserve.bench.result.BenchMetric.CONTEXT_SWITCHES_PER_REQUEST;
import static dev.polyserve.bench.result.BenchMetric.CPU_MICROS_PER_HEAVY;
import static dev.polyserve.bench.result.BenchMetric.CPU_MICROS_PER_REQUEST;
import static dev.polyserve.bench.result.BenchMetric.CPU_USED;
import static dev.polyserve.bench.result.BenchMetric.HEAP_BYTES_PER_CONNECTION;
import static dev.polyserve.bench.result.BenchMetric.HEAVY_PER_SECOND;
import static dev.polyserve.bench.result.BenchMetric.KERNEL_BYTES_PER_CONNECTION;
import static dev.polyserve.bench.result.BenchMetric.LOST_SHARE;
import static dev.polyserve.bench.result.BenchMetric.MAX;
import static dev.polyserve.bench.result.BenchMetric.P50;
import static dev.polyserve.bench.result.BenchMetric.P99;
import static dev.polyserve.bench.result.BenchMetric.P999;
import static dev.polyserve.bench.result.BenchMetric.REQUESTS_PER_SECOND;
import static dev.polyserve.bench.result.BenchMetric.RSS_BYTES;
import static dev.polyserve.bench.result.BenchMetric.RSS_BYTES_PER_CONNECTION;
import static dev.polyserve.bench.result.BenchMetric.RSS_GROWTH_BYTES;
import static dev.polyserve.bench.result.BenchMetric.SYSTEM_CALLS_PER_REQUEST;

import dev.polyserve.bench.Workload;
import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ComparisonResult.Load;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.MinMedianMax;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The columns of a table. The first one answers the question of the workload, and sorts the table.
///
/// @param columns the first one decides the order
record TableColumns(List<BenchMetric> columns) {
    private static final List<BenchMetric> COST = List.of(CPU_MICROS_PER_REQUEST, REQUESTS_PER_SECOND, CPU_USED,
            SYSTEM_CALLS_PER_REQUEST, CONTEXT_SWITCHES_PER_REQUEST, P50, P99, RSS_BYTES);
    private static final List<BenchMetric> WAITING = List.of(P99, P50, P999, MAX, CPU_MICROS_PER_REQUEST, LOST_SHARE);
    /// With the latency of the light requests: the number answered in time, and the work of the computing connections.
    private static final List<BenchMetric> BESIDE_COMPUTING = List.of(P99, P50, P999, MAX, REQUESTS_PER_SECOND,
            HEAVY_PER_SECOND,
            CPU_MICROS_PER_HEAVY, RSS_BYTES);

    /// The figures of a comparison that at least one contender has.
    static TableColumns of(ComparisonResult comparison) {
        Workload workload = Workload.named(comparison.workload());
        Stream<BenchMetric> wanted = comparison.load() == Load.OPEN
                ? (workload == Workload.MIXED ? BESIDE_COMPUTING : WAITING).stream()
                : Stream.concat(question(workload).stream(), COST.stream()).distinct();
        return new TableColumns(
                wanted.filter(metric -> comparison.entries().stream().anyMatch(e -> has(e, metric))).toList());
    }

    /// The question of a workload other than the cost of a request.
    private static List<BenchMetric> question(Workload workload) {
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
        BenchMetric first = columns.getFirst();
        double sign = first.better() == BenchMetric.Better.HIGHER ? -1 : 1;
        return Comparator.comparingDouble(
                entry -> entry.spread(first).map(MinMedianMax::median).map(m -> sign * m)
                        .orElse(Double.POSITIVE_INFINITY));
    }

    private static boolean has(ContenderResults entry, BenchMetric metric) {
        Optional<MinMedianMax> spread = entry.spread(metric);
        return spread.isPresent();
    }
}
