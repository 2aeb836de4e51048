package dev.polyserve.cli.text;

import java.util.ArrayList;
import java.util.List;

/// Lays out a table for a terminal: columns of fixed width, with cells wrapped between words.
///
/// **Thread**: one at a time.
public final class TerminalTable {
    private static final String GAP = "  ";

    private final List<Integer> widths;
    private final List<String> lines = new ArrayList<>();

    /// Creates a table with these headings.
    ///
    /// @param widths of the columns, in characters
    public TerminalTable(List<String> headings, List<Integer> widths) {
        this.widths = List.copyOf(widths);
        row(headings);
    }

    /// Adds a row with one cell per column.
    public void row(List<String> cells) {
        List<List<String>> wrapped = new ArrayList<>();
        int height = 1;
        for (int column = 0; column < cells.size(); column++) {
            List<String> cell = wrapped(cells.get(column), widths.get(column));
            wrapped.add(cell);
            height = Math.max(height, cell.size());
        }
        for (int line = 0; line < height; line++) {
            lines.add(line(wrapped, line));
        }
    }

    /// The lines so far.
    public List<String> lines() {
        return List.copyOf(lines);
    }

    private String line(List<List<String>> cells, int line) {
        StringBuilder text = new StringBuilder();
        for (int column = 0; column < cells.size(); column++) {
            List<String> cell = cells.get(column);
            String part = line < cell.size() ? cell.get(line) : "";
            text.append(part).repeat(' ', widths.get(column) - part.length()).append(GAP);
        }
        return text.toString().stripTrailing();
    }

    private static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            String rest = word;
            if (!line.isEmpty() && line.length() + 1 + rest.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            while (rest.length() > width) {
                lines.add(rest.substring(0, width));
                rest = rest.substring(width);
            }
            line.append(line.isEmpty() ? "" : " ").append(rest);
        }
        lines.add(line.toString());
        return lines;
    }
}
