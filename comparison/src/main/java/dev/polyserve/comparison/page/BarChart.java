package dev.polyserve.comparison.page;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The tables of a page as an SVG picture: a column of bars for each [ChartTable].
///
/// All text is text, so it can be read aloud and searched. The picture brings its own background, light or dark as the
/// reader prefers, so it is legible on any page. Colour is not the only mark of Polyserve: its names are bold, too.
final class BarChart {
    private static final int MARGIN = 20;
    private static final int COLUMN = 306;
    private static final int NAME = 120;
    private static final int BAR = 112;
    /// Room for the legend.
    private static final int LEAST_WIDTH = 2 * MARGIN + 2 * COLUMN;
    private static final int TOP = 104;
    private static final int LINE = 20;
    private static final int BOTTOM = 34;
    private static final Pattern MACHINE = Pattern.compile("\\| machine \\| (.*) \\|");
    private static final Pattern MEASURED = Pattern.compile("\\| measured \\| ([^,|]*),.*");
    private static final String STYLE = """
            <style>
            svg { --paper: #ffffff; --edge: #d1d9e0; --text: #1f2328; --quiet: #59636e; --own: #0969da; --peer: #8c959f }
            @media (prefers-color-scheme: dark) {
            svg { --paper: #0d1117; --edge: #3d444d; --text: #f0f6fc; --quiet: #9198a1; --own: #4493f8; --peer: #656c76 }
            }
            text { font: 12px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: var(--text) }
            .title { font-size: 16px; font-weight: 600 }
            .workload { font-size: 14px; font-weight: 600 }
            .quiet { fill: var(--quiet) }
            .name, .value { text-anchor: end }
            .own { font-weight: 600 }
            rect.own { fill: var(--own) }
            rect.peer { fill: var(--peer) }
            .paper { fill: var(--paper); stroke: var(--edge) }
            .range { stroke: var(--text); stroke-width: 1.5 }
            </style>
            """;

    private final StringBuilder svg = new StringBuilder();

    private final int width;
    private final int column;
    /// The length of the longest bar.
    private final int bar;

    private BarChart(int columns) {
        width = Math.max(LEAST_WIDTH, 2 * MARGIN + columns * COLUMN);
        column = (width - 2 * MARGIN) / columns;
        bar = BAR + column - COLUMN;
    }

    /// {@return the picture of a page, or nothing where no table of it can be drawn}
    static Optional<String> of(List<String> page) {
        List<ChartTable> tables = ChartTable.of(page);
        if (tables.isEmpty()) {
            return Optional.empty();
        }
        var chart = new BarChart(tables.size());
        chart.draw(tables, source(page));
        return Optional.of(chart.svg.toString());
    }

    private static String source(List<String> page) {
        return Stream.of(MACHINE, MEASURED)
                .flatMap(cell -> page.stream().map(cell::matcher).filter(found -> found.matches()).limit(1))
                .map(found -> found.group(1)).reduce((machine, date) -> machine + "; " + date).orElse("");
    }

    private void draw(List<ChartTable> tables, String source) {
        String title = tables.getFirst().subject().title();
        int height = TOP + LINE * tables.stream().mapToInt(table -> table.rows().size()).max().orElse(0) + BOTTOM;
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\""
                + " aria-labelledby=\"title desc\">%n", width, height, width, height);
        add("<title id=\"title\">%s</title>%n", title);
        add("<desc id=\"desc\">%s.</desc>%n", escaped(described(tables)));
        svg.append(STYLE);
        add("<rect class=\"paper\" x=\"0.5\" y=\"0.5\" width=\"%d\" height=\"%d\" rx=\"6\"/>%n", width - 1, height - 1);
        text(MARGIN, 32, "title", title);
        add("<rect class=\"own\" x=\"%d\" y=\"44\" width=\"11\" height=\"11\"/>%n", MARGIN);
        text(MARGIN + 16, 54, "own", "Polyserve");
        add("<rect class=\"peer\" x=\"%d\" y=\"44\" width=\"11\" height=\"11\"/>%n", MARGIN + 92);
        text(MARGIN + 108, 54, "quiet", "others");
        text(MARGIN + 164, 54, "quiet", "Less is better. The line shows the smallest and the largest round.");
        for (int i = 0; i < tables.size(); i++) {
            column(MARGIN + i * column, tables.get(i));
        }
        text(MARGIN, height - 14, "quiet", source);
        add("</svg>%n");
    }

    private void column(int x, ChartTable table) {
        text(x, TOP - 16, "workload", table.workload());
        double longest = longest(table);
        int y = TOP;
        for (ChartTable.Row row : table.rows()) {
            String mark = row.polyserve() ? "own" : "peer";
            int start = x + NAME + 8;
            text(x + NAME, y + 12, "name " + mark, row.contender());
            add("<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"12\"/>%n", mark, start, y + 2,
                    bar * row.median() / longest);
            add("<line class=\"range\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>%n",
                    start + bar * row.least() / longest, start + bar * Math.min(1, row.most() / longest), y + 8,
                    y + 8);
            text(start + bar + 54, y + 12, "value " + mark, row.label());
            y += LINE;
        }
    }

    /// The figure that fills a bar. Single rounds of a tail may be many times as long as its median.
    private static double longest(ChartTable table) {
        return switch (table.subject()) {
            case COST -> table.rows().stream().mapToDouble(ChartTable.Row::most).max().orElse(1);
            case TAIL -> table.rows().stream().mapToDouble(ChartTable.Row::median).max().orElse(1);
        };
    }

    /// The figures in words, for a reader that does not see.
    private static String described(List<ChartTable> tables) {
        return String.join(". ", tables.stream().map(table -> table.workload() + ": " + String.join(", ", table.rows()
                .stream().map(row -> row.contender() + " " + row.label()).toList())).toList());
    }

    private void text(int x, int y, String style, String text) {
        add("<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>%n", style, x, y, escaped(text));
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format.replace("%n", "\n"), values));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
