package dev.polyserve.bench.report;

import dev.polyserve.bench.report.BaselineComparison.Change;
import dev.polyserve.bench.report.BenchConclusions.Finding;
import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.BenchResults;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The top of the page: what was measured, the recommendation, the verdict, and the changes since the baseline.
record OverviewSection(BenchReport report) {
    /// `echo, wait and idle`.
    static String title(BenchResults results) {
        List<String> workloads = results.comparisons().stream().map(ComparisonResult::workload).distinct().toList();
        return workloads.isEmpty() ? "nothing" : ReportFormat.list(workloads);
    }

    void write(HtmlWriter html) {
        html.in("header", header -> {
            header.leaf("p.brand", "polyserve bench");
            header.leaf("h1", ReportFormat.sentence(title(report.results())) + ", measured");
            header.leaf("p.when", when());
        });
        report.recommendation().ifPresent(taken -> html.leaf("p.recommendation", taken.sentence()));
        html.in("section", this::verdict, "aria-labelledby", "verdict");
        report.baseline()
                .ifPresent(changes -> html.in("section", section -> baseline(section, changes), "aria-labelledby",
                        "baseline"));
    }

    private String when() {
        BenchResults results = report.results();
        return TextReport.when(results.startedAt()) + " · " + ReportFormat.machine(results.environment()) + " · "
                + ReportFormat.load(results.settings());
    }

    private void verdict(HtmlWriter html) {
        BenchConclusions verdict = BenchConclusions.of(report.results());
        html.leaf("h2", "Verdict, for this load on this machine", "id", "verdict");
        html.in("div.findings", grid -> verdict.findings().forEach(finding -> finding(grid, finding)));
        verdict.remarks().forEach(remark -> html.leaf("p.caveat", remark));
    }

    private static void finding(HtmlWriter html, Finding finding) {
        html.in("article.finding", article -> {
            article.leaf("h3", finding.workload() + ", " + finding.question());
            if (!finding.best().isEmpty()) {
                article.in("p.best", best -> best.leaf("strong", finding.best()).text(" ").leaf("span",
                        finding.figure()));
            }
            article.leaf("p.others", String.join("; ", finding.others()) + ".");
            finding.caveats().forEach(caveat -> article.leaf("p.caveat", caveat));
        });
    }

    private static void baseline(HtmlWriter html, BaselineComparison baseline) {
        html.leaf("h2", "Changes since " + TextReport.when(baseline.measuredAt()), "id", "baseline");
        html.leaf("p", ReportFormat.sentence(baseline.summary()) + ".");
        baseline.warnings().forEach(warning -> html.leaf("p.caveat", warning));
        if (!baseline.changes().isEmpty()) {
            html.in("div.card", card -> card.in("div.scroll", scroll -> scroll.in("table.changes", table -> changes(
                    table, baseline)), "role", "region", "tabindex", "0", "aria-labelledby", "baseline"));
        }
    }

    private static void changes(HtmlWriter table, BaselineComparison baseline) {
        table.leaf("caption", "Changes that exceed the noise of both runs");
        table.in("thead", head -> head.in("tr", row -> List.of("figure", "change", "before", "now")
                .forEach(heading -> row.leaf("th", heading, "scope", "col"))));
        Map<String, List<Change>> groups = new LinkedHashMap<>();
        baseline.changes().forEach(change -> groups.computeIfAbsent(change.subject(), _ -> new ArrayList<>())
                .add(change));
        groups.forEach((subject, changes) -> table.in("tbody", body -> {
            body.in("tr", row -> row.leaf("th", subject, "scope", "rowgroup", "colspan", "4"));
            changes.forEach(change -> change(body, change));
        }));
    }

    private static void change(HtmlWriter html, Change change) {
        html.in("tr", row -> row.leaf("th", change.metric().label(), "scope", "row")
                .in("td", cell -> cell.leaf("span.change." + change.direction().word(), change.direction().mark() + " "
                        + change.extent() + " " + change.direction().word()))
                .leaf("td", QuantityFormat.of(change.metric(), change.before().median()))
                .leaf("td", QuantityFormat.of(change.metric(), change.now().median())));
    }
}
