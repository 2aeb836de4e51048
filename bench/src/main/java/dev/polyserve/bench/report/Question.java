package dev.polyserve.bench.report;

import dev.polyserve.bench.result.Comparison;
import dev.polyserve.bench.result.Entry;
import dev.polyserve.bench.result.Metric;

/// What a comparison can answer, and the metric that answers it.
enum Question {
    /// How many requests a second?
    CAPACITY(Metric.REQUESTS_PER_SECOND),
    /// What does a request cost the processor? Asked where the generator was the limit: then the capacities are its own.
    PROCESSOR_TIME(Metric.CPU_MICROS_PER_REQUEST),
    /// How long do the slowest wait, at a rate that is the same for all?
    LATENCY(Metric.P99),
    /// What does a connection cost that is only there?
    MEMORY(Metric.RSS_BYTES_PER_CONNECTION);

    private final Metric metric;

    Question(Metric metric) {
        this.metric = metric;
    }

    static Question of(Comparison comparison) {
        if (anyHas(comparison, MEMORY.metric)) {
            return MEMORY;
        }
        return switch (comparison.load()) {
            case OPEN -> LATENCY;
            case CLOSED -> comparison.entries().stream().anyMatch(Entry::generatorBound)
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
