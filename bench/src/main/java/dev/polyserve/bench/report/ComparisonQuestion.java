package dev.polyserve.bench.report;

import dev.polyserve.bench.result.Comparison;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.Metric;

/// The question that a comparison answers, with the metric that answers it.
enum ComparisonQuestion {
    /// How many requests per second?
    CAPACITY(Metric.REQUESTS_PER_SECOND),
    /// How much processor time per request? Asked where the load generator was the limit, because capacities are then
    /// its own.
    PROCESSOR_TIME(Metric.CPU_MICROS_PER_REQUEST),
    /// How long do the slowest requests take, at the same rate for all?
    LATENCY(Metric.P99),
    /// How much memory does an idle connection take?
    MEMORY(Metric.RSS_BYTES_PER_CONNECTION);

    private final Metric metric;

    ComparisonQuestion(Metric metric) {
        this.metric = metric;
    }

    static ComparisonQuestion of(Comparison comparison) {
        if (anyHas(comparison, MEMORY.metric)) {
            return MEMORY;
        }
        return switch (comparison.load()) {
            case OPEN -> LATENCY;
            case CLOSED -> comparison.entries().stream().anyMatch(ContenderResults::generatorBound)
                    && anyHas(comparison, PROCESSOR_TIME.metric) ? PROCESSOR_TIME : CAPACITY;
        };
    }

    Metric metric() {
        return metric;
    }

    private static boolean anyHas(Comparison comparison, Metric metric) {
        return comparison.entries().stream().anyMatch(entry -> entry.spread(metric).isPresent());
    }
}
