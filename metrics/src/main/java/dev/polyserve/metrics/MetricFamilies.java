package dev.polyserve.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Collects the metrics of one scrape. Their names begin with `polyserve_`.
///
/// **Thread**: one at a time.
final class MetricFamilies {
    private static final String PREFIX = "polyserve_";

    private final List<MetricSnapshot> families = new ArrayList<>();

    /// Adds a counter.
    ///
    /// @param name without `_total`, which the text format appends
    void counter(String name, String help, double value) {
        counters(name, help, Map.of(Labels.EMPTY, value));
    }

    /// Adds a counter with a value for each set of labels; without any value, the metric is absent.
    void counters(String name, String help, Map<Labels, ? extends Number> values) {
        if (values.isEmpty()) {
            return;
        }
        CounterSnapshot.Builder family = CounterSnapshot.builder().name(PREFIX + name).help(help);
        values.forEach((labels, value) -> family.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                .labels(labels).value(value.doubleValue()).build()));
        families.add(family.build());
    }

    /// Adds a gauge.
    void gauge(String name, String help, double value) {
        gauges(name, help, Map.of(Labels.EMPTY, value));
    }

    /// Adds a gauge with a value for each set of labels; without any value, the metric is absent.
    void gauges(String name, String help, Map<Labels, ? extends Number> values) {
        if (values.isEmpty()) {
            return;
        }
        GaugeSnapshot.Builder family = GaugeSnapshot.builder().name(PREFIX + name).help(help);
        values.forEach((labels, value) -> family.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                .labels(labels).value(value.doubleValue()).build()));
        families.add(family.build());
    }

    MetricSnapshots snapshots() {
        return new MetricSnapshots(families);
    }
}
