package dev.polyserve.metrics;

import dev.polyserve.ServerStats;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Collects the metrics of one scrape. Their names begin with `polyserve_`.
///
/// **Thread**: one at a time.
final class MetricSnapshotsBuilder {
    private static final String PREFIX = "polyserve_";
    private static final double NANOS = 1e9;

    private final List<MetricSnapshot> families = new ArrayList<>();

    /// Adds a counter.
    ///
    /// @param name without `_total`, which the text format appends
    void counter(String name, String help, Number value) {
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
    void gauge(String name, String help, Number value) {
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

    /// Adds a histogram with a distribution for each set of labels; without any, the metric is absent.
    void histograms(String name, String help, Map<Labels, ServerStats.Histogram> distributions) {
        if (distributions.isEmpty()) {
            return;
        }
        HistogramSnapshot.Builder family = HistogramSnapshot.builder().name(PREFIX + name).help(help);
        distributions.forEach((labels, distribution) -> family
                .dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder().labels(labels)
                        .classicHistogramBuckets(buckets(distribution)).sum(seconds(distribution.sum())).build()));
        families.add(family.build());
    }

    private static ClassicHistogramBuckets buckets(ServerStats.Histogram distribution) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        List<Long> counts = distribution.counts();
        int bound = 0;
        for (Duration most : distribution.bounds()) {
            buckets.bucket(seconds(most), counts.get(bound));
            bound++;
        }
        return buckets.bucket(Double.POSITIVE_INFINITY, counts.get(bound)).build();
    }

    private static double seconds(Duration time) {
        return time.getSeconds() + time.getNano() / NANOS;
    }

    MetricSnapshots snapshots() {
        return new MetricSnapshots(families);
    }
}
