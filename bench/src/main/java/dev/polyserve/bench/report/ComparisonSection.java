package dev.polyserve.bench.report;

import dev.polyserve.bench.report.BaselineComparison.Change;
import dev.polyserve.bench.report.ContenderRanking.Place;
import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchMetric;
import java.util.List;
import java.util.Optional;

/// The section of one comparison on the page: its charts, its table, its notes, and the ratios between all contenders.
final class ComparisonSection {
    private final ComparisonTable comparisonTable;
    private final ChartData charts;
    private final List<Change> changes;
    private final int number;

    /// @param changes the changes in this comparison
    /// @param number of the comparison, from 0: makes element ids unique
    ComparisonSection(ComparisonResult comparison, ChartData charts, List<Change> changes, int number) {
        this.comparisonTable = ComparisonTable.of(comparison);
        this.charts = charts;
        this.changes = changes;
        this.number = number;
    }

    void write(HtmlWriter html) {
        html.in("section.comparison", section -> {
            section.leaf("h3", ReportFormat.sentence(ReportFormat.load(comparisonTable.comparison())), "id",
                    "comparison-" + number);
            charts.write(section, comparisonTable);
            section.in("div.scroll", this::table, "role", "region", "tabindex", "0", "aria-labelledby",
                    "comparison-" + number);
            if (!comparisonTable.notes().isEmpty()) {
                section.in("ul.notes", list -> comparisonTable.notes().forEach(note -> list.leaf("li", note)));
            }
            if (comparisonTable.ranking().places().size() > 1) {
                section.in("details", this::ratios);
            }
        });
    }

    private void table(HtmlWriter html) {
        html.in("table.figures", table -> {
            table.leaf("caption", "Medians of the rounds");
            table.in("thead", head -> head.in("tr", this::headings));
            table.in("tbody", body -> comparisonTable.entries().forEach(entry -> row(body, entry)));
        }, "data-comparison", Integer.toString(number));
    }

    private void headings(HtmlWriter row) {
        row.leaf("th", "contender", "scope", "col");
        for (BenchMetric metric : comparisonTable.metrics()) {
            row.leaf("th", metric.label(), "scope", "col");
            if (metric == comparisonTable.ranking().metric()) {
                row.leaf("th", "spread", "scope", "col");
                row.leaf("th", "× best", "scope", "col");
            }
        }
    }

    private void row(HtmlWriter html, ContenderResults entry) {
        html.in("tr", row -> {
            row.in("th", name -> {
                name.leaf("i.swatch", "", "data-colour", Integer.toString(charts.colour(entry)), "aria-hidden", "true");
                name.leaf("span", entry.contender());
                if (!comparisonTable.marks(entry).isEmpty()) {
                    name.text(" ").leaf("span.mark", comparisonTable.marks(entry));
                }
            }, "scope", "row");
            for (BenchMetric metric : comparisonTable.metrics()) {
                figure(row, entry, metric);
                if (metric == comparisonTable.ranking().metric()) {
                    row.leaf("td", ComparisonTable.noise(entry, metric));
                    row.leaf("td", comparisonTable.ranking().toBest(entry).map(Ratio::brief).orElse(""));
                }
            }
        }, "class", comparisonTable.counts(entry) ? "counts" : "aside");
    }

    private void figure(HtmlWriter row, ContenderResults entry, BenchMetric metric) {
        entry.spread(metric).ifPresentOrElse(spread -> row.in("td", cell -> {
            cell.text(QuantityFormat.of(metric, spread.median()));
            change(entry, metric).ifPresent(change -> change(cell, change));
        }, "data-contender", entry.contender(), "data-metric", metric.name(), "data-value",
                Double.toString(spread.median()), "title", QuantityFormat.of(metric, spread.least()) + " to "
                        + QuantityFormat.of(metric, spread.most())),
                () -> row.leaf("td", ""));
    }

    private Optional<Change> change(ContenderResults entry, BenchMetric metric) {
        return changes.stream().filter(c -> c.contender().equals(entry.contender()) && c.metric() == metric)
                .findFirst();
    }

    private static void change(HtmlWriter cell, Change change) {
        cell.text(" ").in("span.change." + change.direction().word(), mark -> {
            mark.text(change.direction().mark() + " " + change.extent());
            mark.leaf("span.unseen", " " + change.direction().word() + " than in the baseline");
        });
    }

    private void ratios(HtmlWriter html) {
        List<Place> places = comparisonTable.ranking().places();
        html.leaf("summary", "All pairs: " + comparisonTable.ranking().metric().label());
        html.leaf("p", "The row's figure as a multiple of the column's: median of the rounds (minimum–maximum). "
                + "~ marks a ratio that may be noise.");
        html.in("div.scroll", scroll -> scroll.in("table.ratios", table -> {
            table.in("thead", head -> head.in("tr", row -> {
                row.in("td", _ -> {});
                places.forEach(place -> row.leaf("th", place.name(), "scope", "col"));
            }));
            table.in("tbody", body -> places.forEach(place -> ratios(body, place, places)));
        }), "role", "region", "tabindex", "0", "aria-label", "Ratios");
    }

    private void ratios(HtmlWriter html, Place of, List<Place> places) {
        html.in("tr", row -> {
            row.leaf("th", of.name(), "scope", "row");
            for (Place to : places) {
                row.leaf("td", of.equals(to)
                        ? "·"
                        : Ratio.of(of.entry(), to.entry(), comparisonTable.ranking().metric())
                                .map(Ratio::full).orElse("–"));
            }
        });
    }
}
