package dev.polyserve.comparison.page;

import dev.polyserve.bench.Workload;
import dev.polyserve.bench.report.QuantityFormat;
import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ComparisonResult.Load;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchEnvironment;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.BenchResults;
import dev.polyserve.bench.result.BenchSettings;
import dev.polyserve.bench.result.MinMedianMax;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Formats a run as Markdown: the environment, then a table per comparison, best contender first.
final class MarkdownTables {
    private static final DateTimeFormatter DATE = DateTimeFormatter
            .ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    private static final String BOUND = " ⚠";

    private final ComparisonRunDirectory run;
    private final StringBuilder text = new StringBuilder();

    private MarkdownTables(ComparisonRunDirectory run) {
        this.run = run;
    }

    static String of(ComparisonRunDirectory run) {
        var tables = new MarkdownTables(run);
        tables.machine();
        tables.peers();
        for (BenchResults results : run.results()) {
            tables.results(results);
        }
        return tables.text.toString();
    }

    private void machine() {
        BenchEnvironment where = run.results().getFirst().environment();
        line("### Where and with what");
        line("");
        line("| | |");
        line("|---|---|");
        row("machine", String.format(Locale.ROOT, "%s, %d processors, %.1f GiB of memory", where.processor(),
                where.processors(), where.memoryBytes() / 0x1p30));
        row("system", where.system());
        row("placement", where.placement());
        for (BenchResults results : run.results()) {
            long seconds = Math.round(results.tookSeconds());
            row("measured", "%s, took %d:%02d minutes%s".formatted(DATE.format(results.startedAt()), seconds / 60,
                    seconds % 60,
                    results.complete() ? "" : "; **interrupted**, so rounds are missing"));
            row("command", "`" + results.command() + "`");
        }
        var versions = new TreeMap<>(where.versions());
        versions.putAll(run.versions());
        row("versions", versions.entrySet().stream().map(v -> v.getKey() + " " + v.getValue())
                .collect(Collectors.joining(", ")));
        line("");
    }

    private void peers() {
        line("Bold: Polyserve. The others:");
        line("");
        line("| contender | what it is |");
        line("|---|---|");
        for (Map.Entry<String, ComparisonRunDirectory.Peer> peer : run.peers().entrySet()) {
            if (peer.getValue().ready() && !measured(peer.getKey())) {
                continue;
            }
            String missing = peer.getValue().ready() ? "" : "; not measured, " + peer.getValue().status();
            row(peer.getKey(), peer.getValue().description() + missing);
        }
        line("");
    }

    private boolean measured(String contender) {
        return run.results().stream().flatMap(results -> results.comparisons().stream())
                .flatMap(comparison -> comparison.entries().stream())
                .anyMatch(entry -> entry.contender().equals(contender));
    }

    private void results(BenchResults results) {
        for (ComparisonResult comparison : results.comparisons()) {
            line("### " + heading(comparison));
            line("");
            line(Workload.named(comparison.workload()).description() + "; " + settings(results.settings(), comparison)
                    + ".");
            line("");
            table(comparison);
            line("");
            remarks(comparison);
        }
    }

    private static String heading(ComparisonResult comparison) {
        if (comparison.load() == Load.CLOSED) {
            return "`" + comparison.workload() + "`, as fast as it goes";
        }
        String share = comparison.shareOfWeakest() > 0
                ? ", %.0f %% of what the weakest can".formatted(comparison.shareOfWeakest() * 100)
                : "";
        return String.format(Locale.ROOT, "`%s`, %,.0f requests/s%s", comparison.workload(),
                comparison.requestsPerSecond(), share);
    }

    private static String settings(BenchSettings settings, ComparisonResult comparison) {
        String depth = comparison.workload().equals(Workload.ECHO.id()) ? ", depth " + settings.depth() : "";
        return "%s, %,d connections, %,d B%s; median of %s of %s s, the least and the most in brackets"
                .formatted(
                        settings.endpoint(), settings.connections(), settings.requestBytes(), depth,
                        settings.rounds() == 1 ? "1 round" : settings.rounds() + " rounds",
                        plain(settings.roundSeconds()));
    }

    private static String plain(double seconds) {
        return seconds == Math.rint(seconds) ? Long.toString(Math.round(seconds)) : Double.toString(seconds);
    }

    private void table(ComparisonResult comparison) {
        TableColumns layout = TableColumns.of(comparison);
        line("| contender | " + layout.columns().stream().map(BenchMetric::label).collect(Collectors.joining(" | "))
                + " |");
        line("|---|" + "--:|".repeat(layout.columns().size()));
        for (ContenderResults entry : layout.sorted(comparison.entries())) {
            String cells = layout.columns().stream()
                    .map(metric -> cell(entry, metric, metric == layout.columns().getFirst()))
                    .collect(Collectors.joining(" | "));
            line("| " + name(entry) + " | " + cells + " |");
        }
    }

    private static String cell(ContenderResults entry, BenchMetric metric, boolean withSpread) {
        return entry.spread(metric).map(spread -> withSpread && spread.most() > spread.least()
                ? QuantityFormat.of(metric, spread.median()) + brackets(metric, spread)
                : QuantityFormat.of(metric, spread.median())).orElse("");
    }

    private static String brackets(BenchMetric metric, MinMedianMax spread) {
        return " (" + QuantityFormat.of(metric, spread.least()) + " – " + QuantityFormat.of(metric, spread.most())
                + ")";
    }

    private String name(ContenderResults entry) {
        String name = run.peers().containsKey(entry.contender()) ? entry.contender() : "**" + entry.contender() + "**";
        return entry.generatorBound() ? name + BOUND : name;
    }

    private void remarks(ComparisonResult comparison) {
        var remarks = new ArrayList<String>();
        if (comparison.entries().stream().anyMatch(ContenderResults::generatorBound)) {
            remarks.add(BOUND.strip() + " the generator was the limit: this contender could do more.");
        }
        for (ContenderResults entry : comparison.entries()) {
            if (entry.failure() != null) {
                remarks.add(entry.contender() + " failed: " + entry.failure());
            }
            entry.remarks().forEach(remark -> remarks.add(entry.contender() + ": " + remark));
        }
        if (!remarks.isEmpty()) {
            remarks.forEach(remark -> line("- " + remark));
            line("");
        }
    }

    private void row(String left, String right) {
        line("| " + left + " | " + right.replace("|", "\\|") + " |");
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
