package dev.polyserve.bench.report;

import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchEnvironment;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.BenchResults;
import dev.polyserve.bench.result.BenchSettings;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Results for a terminal: a table per comparison, the changes, the verdict, and the recommendation last, where the cursor
/// is.
///
/// **Thread**: one at a time.
public final class TextReport {
    private static final String INDENT = "  ";
    private static final DateTimeFormatter WHEN = DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final int width;
    private final List<String> lines = new ArrayList<>();

    private TextReport(int width) {
        this.width = width;
    }

    /// The complete report.
    ///
    /// @param width of the terminal, in columns; the recommendation is one line of any width
    public static List<String> lines(BenchReport told, int width) {
        TextReport report = new TextReport(width);
        report.header(told.results());
        told.results().comparisons().forEach(report::comparison);
        told.baseline().ifPresent(report::baseline);
        report.verdict(BenchConclusions.of(told.results()));
        told.recommendation().map(Recommendation::sentence).ifPresent(report.lines::add);
        return report.lines.stream().map(TextReport::printable).toList();
    }

    /// The table of one comparison, with its notes and ratios; printed as soon as the comparison ends.
    public static List<String> lines(ComparisonResult comparison, int width) {
        TextReport report = new TextReport(width);
        report.comparison(comparison);
        return report.lines.stream().skip(1).map(TextReport::printable).toList();
    }

    /// Formats the time of a measurement.
    static String when(Instant instant) {
        return WHEN.format(instant);
    }

    private void header(BenchResults results) {
        BenchEnvironment environment = results.environment();
        BenchSettings settings = results.settings();
        text("", "polyserve bench, " + when(results.startedAt()) + ", " + ReportFormat.seconds(results.tookSeconds()));
        text("", ReportFormat.machine(environment) + "; " + environment.placement());
        text("", ReportFormat.load(settings) + "; " + ReportFormat.rounds(settings));
        ReportFormat.work(settings).ifPresent(work -> text("", work));
    }

    private void comparison(ComparisonResult comparison) {
        ComparisonTable comparisonTable = ComparisonTable.of(comparison);
        lines.add("");
        text("", comparison.workload() + ", " + ReportFormat.load(comparison));
        TextTable table = table(comparisonTable);
        table.lines(width - INDENT.length()).forEach(line -> lines.add(INDENT + line));
        List<String> leftOut = table.leftOut(width - INDENT.length());
        if (!leftOut.isEmpty()) {
            text(INDENT, "(columns left out: " + ReportFormat.list(leftOut) + ")");
        }
        comparisonTable.notes().forEach(note -> text(INDENT, note));
        new TextRatios(comparisonTable.ranking(), width - INDENT.length()).lines().forEach(line -> text(INDENT, line));
    }

    private static TextTable table(ComparisonTable comparisonTable) {
        TextTable table = new TextTable();
        List<ContenderResults> entries = comparisonTable.entries();
        table.column("contender", 0, entries.stream().map(ContenderResults::contender).toList());
        List<String> marks = entries.stream().map(comparisonTable::marks).toList();
        if (marks.stream().anyMatch(mark -> !mark.isEmpty())) {
            table.column("", 0, marks);
        }
        BenchMetric lead = comparisonTable.ranking().metric();
        for (BenchMetric metric : comparisonTable.metrics()) {
            table.column(metric.label(), metric == lead ? 0 : importance(metric), entries.stream()
                    .map(e -> e.spread(metric).map(s -> QuantityFormat.of(metric, s.median())).orElse("")).toList());
            if (metric == lead) {
                table.column("spread", 2, entries.stream().map(e -> ComparisonTable.noise(e, lead)).toList());
                table.column("× best", 1, entries.stream()
                        .map(e -> comparisonTable.ranking().toBest(e).map(Ratio::brief).orElse("")).toList());
            }
        }
        return table;
    }

    /// The order in which a narrow terminal drops columns, the largest number first.
    private static int importance(BenchMetric metric) {
        return switch (metric) {
            case REQUESTS_PER_SECOND -> 3;
            case CPU_MICROS_PER_REQUEST -> 4;
            case RSS_BYTES_PER_CONNECTION -> 5;
            case P99 -> 6;
            case HEAVY_PER_SECOND -> 7;
            case CPU_MICROS_PER_HEAVY -> 8;
            case LOST_SHARE -> 9;
            case RSS_GROWTH_BYTES -> 10;
            case HEAP_BYTES_PER_CONNECTION -> 11;
            case KERNEL_BYTES_PER_CONNECTION -> 12;
            case P50 -> 13;
            case P999 -> 14;
            case RSS_BYTES -> 15;
            case CPU_USED -> 16;
            case SYSTEM_CALLS_PER_REQUEST -> 17;
            case CONTEXT_SWITCHES_PER_REQUEST -> 18;
            case MAX -> 19;
            case THREADS -> 20;
            case DESCRIPTORS -> 21;
            case GENERATOR_SHARE -> 22;
        };
    }

    private void baseline(BaselineComparison baseline) {
        lines.add("");
        text("", "Compared with the baseline of " + when(baseline.measuredAt()) + ": " + baseline.summary());
        baseline.warnings().forEach(warning -> text(INDENT, warning));
        baseline.changes().forEach(change -> text(INDENT, change.sentence()));
    }

    private void verdict(BenchConclusions verdict) {
        lines.add("");
        lines.add("Verdict, for this load on this machine:");
        for (BenchConclusions.Finding finding : verdict.findings()) {
            text(INDENT, finding.sentence());
            finding.caveats().forEach(caveat -> text(INDENT + INDENT, caveat));
        }
        verdict.remarks().forEach(remark -> text(INDENT, remark));
    }

    /// Adds a text, wrapped between words with a hanging indent. A preformatted line that fits is not changed.
    private void text(String indent, String text) {
        String rest = text;
        String before = indent;
        while (before.length() + rest.length() > width) {
            int space = breakable(rest, width - before.length());
            if (space <= 0) {
                break;
            }
            lines.add(before + rest.substring(0, space).stripTrailing());
            rest = rest.substring(space + 1);
            before = indent + INDENT;
        }
        lines.add(before + rest);
    }

    /// The last space up to `limit`, but not the one between a number and its unit.
    private static int breakable(String text, int limit) {
        int space = text.lastIndexOf(' ', Math.max(1, limit));
        while (space > 0 && Character.isDigit(text.charAt(space - 1))) {
            space = text.lastIndexOf(' ', space - 1);
        }
        return space;
    }

    /// Replaces control characters: a name or a reason may contain terminal escape sequences.
    private static String printable(String line) {
        return line.replaceAll("\\p{Cntrl}", "�");
    }
}
