package dev.polyserve.bench.report;

import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchMetric;

/// The question that a comparison answers, with the metric that answers it.
enum ComparisonQuestion {
    /// How many requests per second?
    CAPACITY(BenchMetric.REQUESTS_PER_SECOND),
    /// How much processor time per request? Asked where the load generator was the limit, because capacities are then
    /// its own.
    PROCESSOR_TIME(BenchMetric.CPU_MICROS_PER_REQUEST),
    /// How long do the slowest requests take, at the same rate for all?
    LATENCY(BenchMetric.P99),
    /// How much memory does an idle connection take?
    MEMORY(BenchMetric.RSS_BYTES_PER_CONNECTION);

    private final BenchMetric metric;

    ComparisonQuestion(BenchMetric metric) {
        this.metric = metric;
    }

    static ComparisonQuestion of(ComparisonResult comparison) {
        if (anyHas(comparison, MEMORY.metric)) {
            return MEMORY;
        }
        return switch (comparison.load()) {
            case OPEN -> LATENCY;
            case CLOSED -> comparison.entries().stream().anyMatch(ContenderResults::generatorBound)
                    && anyHas(comparison, PROCESSOR_TIME.metric) ? PROCESSOR_TIME : CAPACITY;
        };
    }

    BenchMetric metric() {
        return metric;
    }

    private static boolean anyHas(ComparisonResult comparison, BenchMetric metric) {
        return comparison.entries().stream().anyMatch(entry -> entry.spread(metric).isPresent());
    }
}
