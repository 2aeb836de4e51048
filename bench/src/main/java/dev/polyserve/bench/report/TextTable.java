package dev.polyserve.bench.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// A table for a terminal; a narrow terminal drops the least important columns.
///
/// **Thread**: one at a time.
final class TextTable {
    private static final String GAP = "  ";
    private static final int MIN_NAME_WIDTH = 10;

    private final List<Column> columns = new ArrayList<>();

    /// @param importance columns with a larger number are dropped first; 0 is never dropped
    private record Column(String heading, int importance, List<String> cells) {
        int width() {
            return Math.max(length(heading), cells.stream().mapToInt(TextTable::length).max().orElse(0));
        }
    }

    /// Adds a column. The first column is left-aligned and is shortened as a last resort; the others are right-aligned.
    TextTable column(String heading, int importance, List<String> cells) {
        columns.add(new Column(heading, importance, cells));
        return this;
    }

    /// The headings of the columns that do not fit this width.
    List<String> leftOut(int width) {
        List<Column> fitting = fitting(width);
        return columns.stream().filter(column -> !fitting.contains(column)).map(Column::heading).toList();
    }

    /// The lines, the headings first.
    List<String> lines(int width) {
        List<Column> fitting = fitting(width);
        int others = fitting.stream().skip(1).mapToInt(Column::width).map(w -> w + GAP.length()).sum();
        int first = Math.min(fitting.getFirst().width(), Math.max(MIN_NAME_WIDTH, width - others));
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

    /// The width needed with the first column shortened to a third: a figure matters more than the end of a long name.
    private static int needs(List<Column> columns, int width) {
        int first = Math.min(columns.getFirst().width(), Math.max(MIN_NAME_WIDTH, width / 3));
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
