package dev.polyserve.comparison.page;

import dev.polyserve.bench.result.BenchMetric;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// One table of the page that can be drawn, read back from its Markdown.
///
/// @param subject what its first figure is
/// @param workload the name of the workload
/// @param rows in the order of the page, the best first
record ChartTable(Subject subject, String workload, List<Row> rows) {
    /// What a picture can show. A page is drawn for the first of them that it has tables of.
    enum Subject {
        /// The processor time of a request.
        COST("Processor time of the server for one request", BenchMetric.CPU_MICROS_PER_REQUEST.label(),
                "### `([^`]+)`, as fast as it goes"),
        /// The latency beside handlers that compute.
        TAIL("p99 of the light requests beside handlers that compute", BenchMetric.P99.label(),
                "### `(mixed)`, .* requests/s");

        private final String title;
        private final String columns;
        private final Pattern heading;

        Subject(String title, String figure, String heading) {
            this.title = title;
            this.columns = "| contender | " + figure + " |";
            this.heading = Pattern.compile(heading);
        }

        String title() {
            return title;
        }
    }

    private static final String TIME = "([0-9.,]+) (µs|ms|s)";
    /// A contender, its median, and the range of its rounds unless all rounds are equal.
    private static final Pattern ROW = Pattern.compile("\\| (?<name>\\S+)(?: ⚠)? \\| (?<median>" + TIME
            + ")(?: \\((?<least>" + TIME + ") – (?<most>" + TIME + ")\\))? \\|.*");

    /// A contender and its figure, in microseconds.
    ///
    /// @param polyserve whether it is a model of Polyserve
    /// @param label the median as the page shows it
    record Row(String contender, boolean polyserve, String label, double median, double least, double most) {}

    /// {@return the tables of a page whose first figure is the first subject that it has}
    static List<ChartTable> of(List<String> page) {
        return Stream.of(Subject.values()).map(subject -> of(subject, page)).filter(tables -> !tables.isEmpty())
                .findFirst().orElse(List.of());
    }

    private static List<ChartTable> of(Subject subject, List<String> page) {
        var tables = new ArrayList<ChartTable>();
        for (int i = 0; i < page.size(); i++) {
            Matcher heading = subject.heading.matcher(page.get(i));
            if (heading.matches()) {
                List<String> table = page.subList(i + 1, page.size()).stream().takeWhile(line -> !line.startsWith("#"))
                        .filter(line -> line.startsWith("|")).toList();
                if (!table.isEmpty() && (table.getFirst() + " ").startsWith(subject.columns)) {
                    tables.add(new ChartTable(subject, heading.group(1), rows(table)));
                }
            }
        }
        return tables;
    }

    private static List<Row> rows(List<String> table) {
        return table.stream().map(ROW::matcher).filter(Matcher::matches).map(Matcher::toMatchResult)
                .map(ChartTable::row).toList();
    }

    private static Row row(MatchResult cells) {
        String name = cells.group("name");
        String median = cells.group("median");
        String least = cells.group("least") == null ? median : cells.group("least");
        String most = cells.group("most") == null ? median : cells.group("most");
        return new Row(name.replace("**", ""), name.startsWith("**"), median, micros(median), micros(least),
                micros(most));
    }

    private static double micros(String time) {
        int space = time.indexOf(' ');
        double value = Double.parseDouble(time.substring(0, space).replace(",", ""));
        return switch (time.substring(space + 1)) {
            case "s" -> value * 1_000_000;
            case "ms" -> value * 1_000;
            default -> value;
        };
    }
}
