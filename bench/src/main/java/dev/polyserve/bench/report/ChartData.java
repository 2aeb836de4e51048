package dev.polyserve.bench.report;

import dev.polyserve.bench.result.ComparisonResult.Load;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.LatencyPoint;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.BenchResults;
import dev.polyserve.bench.result.RoundResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Collects the data of the page's charts: the bars, points and lines that the script draws.
///
/// **Thread**: one at a time; chart ids follow the order of the calls.
final class ChartData {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final ArrayNode charts = JSON.arrayNode();
    /// Each contender keeps its colour on the whole page.
    private final List<String> colours;

    ChartData(BenchResults results) {
        colours = results.comparisons().stream().flatMap(comparison -> comparison.entries().stream())
                .map(ContenderResults::contender).distinct().toList();
    }

    /// The index of the contender's colour.
    int colour(ContenderResults entry) {
        return colours.indexOf(entry.contender());
    }

    /// All charts written so far, as JSON.
    ArrayNode json() {
        return charts;
    }

    /// Writes the placeholders for the charts of one comparison.
    void write(HtmlWriter html, ComparisonTable comparisonTable) {
        List<BenchMetric> bars = bars(comparisonTable);
        boolean curves = comparisonTable.comparison().load() == Load.OPEN
                && comparisonTable.entries().stream().anyMatch(entry -> curve(entry).size() > 1);
        if (curves || !bars.isEmpty()) {
            html.in("div.charts", grid -> {
                if (curves) {
                    curves(grid, comparisonTable);
                }
                bars.forEach(metric -> bars(grid, comparisonTable, metric));
            });
        }
    }

    /// The metric in question and the ones that explain it; only a few, so that each chart matters.
    private static List<BenchMetric> bars(ComparisonTable comparisonTable) {
        Stream<BenchMetric> wanted = switch (comparisonTable.ranking().question()) {
            case CAPACITY, PROCESSOR_TIME ->
                Stream.of(BenchMetric.REQUESTS_PER_SECOND, BenchMetric.CPU_MICROS_PER_REQUEST,
                        BenchMetric.RSS_GROWTH_BYTES);
            case LATENCY -> Stream.of(BenchMetric.CPU_MICROS_PER_REQUEST, BenchMetric.HEAVY_PER_SECOND,
                    BenchMetric.CPU_MICROS_PER_HEAVY);
            case MEMORY -> Stream.of(BenchMetric.RSS_BYTES_PER_CONNECTION, BenchMetric.HEAP_BYTES_PER_CONNECTION,
                    BenchMetric.KERNEL_BYTES_PER_CONNECTION);
        };
        return wanted.filter(comparisonTable.metrics()::contains).toList();
    }

    private void bars(HtmlWriter html, ComparisonTable comparisonTable, BenchMetric metric) {
        ArrayNode rows = JSON.arrayNode();
        List<String> figures = new ArrayList<>();
        for (ContenderResults entry : comparisonTable.entries()) {
            entry.spread(metric).ifPresent(spread -> {
                String figure = QuantityFormat.of(metric, spread.median());
                String name = named(comparisonTable, entry);
                figures.add(name + " " + figure);
                ObjectNode row = rows.addObject().put("name", name).put("colour", colour(entry)).put("figure", figure)
                        .put("median", spread.median()).put("solid", comparisonTable.counts(entry)
                                && !(metric == BenchMetric.REQUESTS_PER_SECOND && entry.generatorBound()));
                ArrayNode rounds = row.putArray("rounds");
                entry.rounds().stream().map(RoundResult::metrics).map(metrics -> metrics.get(metric))
                        .filter(Objects::nonNull).forEach(rounds::add);
            });
        }
        String better = switch (metric.better()) {
            case HIGHER -> "higher is better";
            case LOWER -> "lower is better";
            case NEITHER -> "";
        };
        figure(html, metric.label(), better, "Bars of the medians: " + String.join(", ", figures),
                JSON.objectNode().put("kind", "bars").put("unit", metric.unit().name()).set("rows", rows));
    }

    private void curves(HtmlWriter html, ComparisonTable comparisonTable) {
        ArrayNode lines = JSON.arrayNode();
        List<String> figures = new ArrayList<>();
        for (ContenderResults entry : comparisonTable.entries()) {
            if (curve(entry).size() > 1) {
                String name = named(comparisonTable, entry);
                entry.spread(BenchMetric.P99).ifPresent(spread -> figures.add(name + " "
                        + QuantityFormat.of(BenchMetric.P99, spread.median())));
                ArrayNode points = lines.addObject().put("name", name).put("colour", colour(entry)).putArray("points");
                curve(entry).forEach(point -> points.addArray().add(nines(point)).add(point.micros()));
            }
        }
        figure(html, "Latency by percentile", "lower is better; both axes are logarithmic",
                "Curves of the latency over the percentiles; p99: " + String.join(", ", figures),
                JSON.objectNode().put("kind", "curves").set("lines", lines));
    }

    /// Without the last point, 100 %, which is infinitely far out on the logarithmic axis of percentiles.
    private static List<LatencyPoint> curve(ContenderResults entry) {
        return entry.latency().stream().filter(point -> point.percentile() < 100 && point.micros() > 0).toList();
    }

    private void figure(HtmlWriter html, String title, String hint, String alternative, ObjectNode chart) {
        String id = "chart-" + charts.size();
        charts.add(chart.put("id", id));
        html.in("figure." + chart.get("kind").stringValue(), figure -> {
            figure.in("figcaption", caption -> caption.leaf("b", title).text(" ").leaf("span", hint));
            figure.in("div.chart", _ -> {}, "id", id, "role", "img", "aria-label",
                    alternative + ". The table below has all figures.");
        });
    }

    private static String named(ComparisonTable comparisonTable, ContenderResults entry) {
        String marks = comparisonTable.marks(entry);
        return marks.isEmpty() ? entry.contender() : entry.contender() + " " + marks;
    }

    /// 1 for 90 %, 2 for 99 %, 3 for 99.9 % …
    private static double nines(LatencyPoint point) {
        return -Math.log10(1 - point.percentile() / 100);
    }
}
