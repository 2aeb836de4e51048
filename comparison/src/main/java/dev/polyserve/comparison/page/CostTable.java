package dev.polyserve.comparison.page;

import dev.polyserve.bench.result.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One table of the page that compares the processor time of a request, read back from its Markdown.
///
/// @param workload the name of the workload
/// @param rows in the order of the page, the cheapest first
record CostTable(String workload, List<Row> rows) {
    private static final String COLUMNS = "| contender | " + Metric.CPU_MICROS_PER_REQUEST.label() + " |";
    private static final Pattern HEADING = Pattern.compile("### `([^`]+)`, as fast as it goes");
    private static final String TIME = "([0-9.,]+) (µs|ms|s)";
    /// A contender, its median, and the range of its rounds unless all rounds are equal.
    private static final Pattern ROW = Pattern.compile("\\| (?<name>\\S+)(?: ⚠)? \\| (?<median>" + TIME
            + ")(?: \\((?<least>" + TIME + ") – (?<most>" + TIME + ")\\))? \\|.*");

    /// A contender and what a request costs it, in microseconds.
    ///
    /// @param polyserve whether it is a model of Polyserve
    /// @param label the median as the page shows it
    record Row(String contender, boolean polyserve, String label, double median, double least, double most) {}

    /// {@return the tables of a page whose first figure is the processor time of a request}
    static List<CostTable> of(List<String> page) {
        var tables = new ArrayList<CostTable>();
        for (int i = 0; i < page.size(); i++) {
            Matcher heading = HEADING.matcher(page.get(i));
            if (heading.matches()) {
                List<String> table = page.subList(i + 1, page.size()).stream().takeWhile(line -> !line.startsWith("#"))
                        .filter(line -> line.startsWith("|")).toList();
                if (!table.isEmpty() && (table.getFirst() + " ").startsWith(COLUMNS)) {
                    tables.add(new CostTable(heading.group(1), rows(table)));
                }
            }
        }
        return tables;
    }

    private static List<Row> rows(List<String> table) {
        return table.stream().map(ROW::matcher).filter(Matcher::matches).map(Matcher::toMatchResult)
                .map(CostTable::row).toList();
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
