package dev.polyserve.bench.report;

import dev.polyserve.bench.result.Comparison.Load;
import dev.polyserve.bench.result.Entry;
import dev.polyserve.bench.result.LatencyPoint;
import dev.polyserve.bench.result.Metric;
import dev.polyserve.bench.result.Results;
import dev.polyserve.bench.result.Round;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What the page's script draws, as plain data: which charts, with which bars, points and lines.
///
/// **Thread**: one at a time; a page asks for its charts in the order in which it shows them.
final class Charts {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final ArrayNode charts = JSON.arrayNode();
    /// Every contender keeps its colour all over the page.
    private final List<String> colours;

    Charts(Results results) {
        colours = results.comparisons().stream().flatMap(comparison -> comparison.entries().stream())
                .map(Entry::contender).distinct().toList();
    }

    /// Which of the page's colours is the contender's.
    int colour(Entry entry) {
        return colours.indexOf(entry.contender());
    }

    /// All that were asked for, as JSON.
    ArrayNode json() {
        return charts;
    }

    /// Writes the places of the charts of one comparison.
    void write(Html html, ComparisonTable standing) {
        List<Metric> bars = bars(standing);
        boolean curves = standing.comparison().load() == Load.OPEN
                && standing.entries().stream().anyMatch(entry -> curve(entry).size() > 1);
        if (curves || !bars.isEmpty()) {
            html.in("div.charts", grid -> {
                if (curves) {
                    curves(grid, standing);
                }
                bars.forEach(metric -> bars(grid, standing, metric));
            });
        }
    }

    /// The metric in question and those that explain it; few, so that each says something.
    private static List<Metric> bars(ComparisonTable standing) {
        Stream<Metric> wanted = switch (standing.ranking().question()) {
            case CAPACITY, PROCESSOR_TIME -> Stream.of(Metric.REQUESTS_PER_SECOND, Metric.CPU_MICROS_PER_REQUEST,
                    Metric.RSS_GROWTH_BYTES);
            case LATENCY -> Stream.of(Metric.CPU_MICROS_PER_REQUEST, Metric.HEAVY_PER_SECOND,
                    Metric.CPU_MICROS_PER_HEAVY);
            case MEMORY -> Stream.of(Metric.RSS_BYTES_PER_CONNECTION, Metric.HEAP_BYTES_PER_CONNECTION,
                    Metric.KERNEL_BYTES_PER_CONNECTION);
        };
        return wanted.filter(standing.metrics()::contains).toList();
    }

    private void bars(Html html, ComparisonTable standing, Metric metric) {
        ArrayNode rows = JSON.arrayNode();
        List<String> figures = new ArrayList<>();
        for (Entry entry : standing.entries()) {
            entry.spread(metric).ifPresent(spread -> {
                String figure = Quantity.of(metric, spread.median());
                String name = named(standing, entry);
                figures.add(name + " " + figure);
                ObjectNode row = rows.addObject().put("name", name).put("colour", colour(entry)).put("figure", figure)
                        .put("median", spread.median()).put("solid", standing.counts(entry)
                                && !(metric == Metric.REQUESTS_PER_SECOND && entry.generatorBound()));
                ArrayNode rounds = row.putArray("rounds");
                entry.rounds().stream().map(Round::metrics).map(metrics -> metrics.get(metric))
                        .filter(Objects::nonNull).forEach(rounds::add);
            });
        }
        String better = switch (metric.better()) {
            case HIGHER -> "more is better";
            case LOWER -> "less is better";
            case NEITHER -> "";
        };
        figure(html, metric.label(), better, "Bars of the medians: " + String.join(", ", figures),
                JSON.objectNode().put("kind", "bars").put("unit", metric.unit().name()).set("rows", rows));
    }

    private void curves(Html html, ComparisonTable standing) {
        ArrayNode lines = JSON.arrayNode();
        List<String> figures = new ArrayList<>();
        for (Entry entry : standing.entries()) {
            if (curve(entry).size() > 1) {
                String name = named(standing, entry);
                entry.spread(Metric.P99).ifPresent(spread -> figures.add(name + " "
                        + Quantity.of(Metric.P99, spread.median())));
                ArrayNode points = lines.addObject().put("name", name).put("colour", colour(entry)).putArray("points");
                curve(entry).forEach(point -> points.addArray().add(nines(point)).add(point.micros()));
            }
        }
        figure(html, "Latency by percentile", "lower is better; both axes are logarithmic",
                "Curves of the latency over the percentiles; p99: " + String.join(", ", figures),
                JSON.objectNode().put("kind", "curves").set("lines", lines));
    }

    /// Without the last point, 100 %, which has no place on an axis whose every step is a tenth of what is left.
    private static List<LatencyPoint> curve(Entry entry) {
        return entry.latency().stream().filter(point -> point.percentile() < 100 && point.micros() > 0).toList();
    }

    private void figure(Html html, String title, String hint, String alternative, ObjectNode chart) {
        String id = "chart-" + charts.size();
        charts.add(chart.put("id", id));
        html.in("figure." + chart.get("kind").stringValue(), figure -> {
            figure.in("figcaption", caption -> caption.leaf("b", title).text(" ").leaf("span", hint));
            figure.in("div.chart", _ -> {}, "id", id, "role", "img", "aria-label",
                    alternative + ". The table below has all figures.");
        });
    }

    private static String named(ComparisonTable standing, Entry entry) {
        String marks = standing.marks(entry);
        return marks.isEmpty() ? entry.contender() : entry.contender() + " " + marks;
    }

    /// 1 for 90 %, 2 for 99 %, 3 for 99.9 % …
    private static double nines(LatencyPoint point) {
        return -Math.log10(1 - point.percentile() / 100);
    }
}
