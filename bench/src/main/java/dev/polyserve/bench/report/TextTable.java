package dev.polyserve.bench.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// A table for a terminal that leaves out its least important columns where the terminal is narrow.
///
/// **Thread**: one at a time.
final class TextTable {
    private static final String GAP = "  ";
    private static final int LEAST_NAME = 10;

    private final List<Column> columns = new ArrayList<>();

    /// @param importance the smaller the longer it stays; 0 stays always
    private record Column(String heading, int importance, List<String> cells) {
        int width() {
            return Math.max(length(heading), cells.stream().mapToInt(TextTable::length).max().orElse(0));
        }
    }

    /// Adds a column. The first one is aligned left and is shortened when nothing else helps, the others right.
    TextTable column(String heading, int importance, List<String> cells) {
        columns.add(new Column(heading, importance, cells));
        return this;
    }

    /// The headings of the columns that this width has no room for.
    List<String> leftOut(int width) {
        List<Column> fitting = fitting(width);
        return columns.stream().filter(column -> !fitting.contains(column)).map(Column::heading).toList();
    }

    /// The lines, the headings first.
    List<String> lines(int width) {
        List<Column> fitting = fitting(width);
        int others = fitting.stream().skip(1).mapToInt(Column::width).map(w -> w + GAP.length()).sum();
        int first = Math.min(fitting.getFirst().width(), Math.max(LEAST_NAME, width - others));
        List<String> lines = new ArrayList<>();
        for (int row = -1; row < columns.getFirst().cells().size(); row++) {
            StringBuilder line = new StringBuilder();
            for (Column column : fitting) {
                String cell = row < 0 ? column.heading() : column.cells().get(row);
                if (line.isEmpty()) {
                    String name = shortened(cell, first);
                    line.append(name).repeat(' ', first - length(name));
                } else {
                    line.append(GAP).repeat(' ', column.width() - length(cell)).append(cell);
                }
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private List<Column> fitting(int width) {
        List<Column> fitting = new ArrayList<>(columns);
        List<Column> leastFirst = columns.stream().filter(column -> column.importance() > 0)
                .sorted(Comparator.comparingInt(Column::importance).reversed()).toList();
        for (Column column : leastFirst) {
            if (needs(fitting, width) <= width) {
                break;
            }
            fitting.remove(column);
        }
        return fitting;
    }

    /// With the first column shortened to a third of the width: a figure says more than the end of a long name.
    private static int needs(List<Column> columns, int width) {
        int first = Math.min(columns.getFirst().width(), Math.max(LEAST_NAME, width / 3));
        return first + columns.stream().skip(1).mapToInt(column -> column.width() + GAP.length()).sum();
    }

    private static String shortened(String text, int width) {
        if (length(text) <= width) {
            return text;
        }
        return text.substring(0, text.offsetByCodePoints(0, width - 1)) + "…";
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
