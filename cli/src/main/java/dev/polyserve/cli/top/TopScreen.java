package dev.polyserve.cli.top;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp;
import org.jline.utils.NonBlockingReader;
import tools.jackson.databind.JsonNode;

/// The live view on a terminal, with keys.
///
/// ```
///   KEYS ──f, e──▶ typing a filter, a number ──Enter, Escape──▶ KEYS ──q, the server has ended──▶ over
/// ```
///
/// **Thread**: the caller's, which waits for keys between two looks.
final class TopScreen {
    private static final List<String> COLUMNS = List.of("id", "peer", "age", "in", "out", "state");
    private static final int ESCAPE = 27;
    private static final int DELETE = 127;
    private static final int BACKSPACE = 8;
    private static final int CONTROL_C = 3;
    private static final int MOST_ROWS = 1000;

    private final TopSource source;
    private final long intervalMillis;
    private int column;
    private boolean descending;
    private String filter = "";
    private String message = "";
    /// What is typed: `f` for a filter, `e` for the number of a connection; a space while keys are awaited.
    private char typing = ' ';
    private final StringBuilder typed = new StringBuilder();

    TopScreen(TopSource source, Duration interval) {
        this.source = source;
        this.intervalMillis = Math.max(1, interval.toMillis());
    }

    void run(TopSample first) throws IOException {
        try (Terminal terminal = TerminalBuilder.builder().system(true).provider("ffm").graphemeCluster(false)
                .build()) {
            Attributes before = terminal.enterRawMode();
            terminal.puts(InfoCmp.Capability.enter_ca_mode);
            try {
                watch(terminal, first);
            } finally {
                terminal.puts(InfoCmp.Capability.exit_ca_mode);
                terminal.setAttributes(before);
                terminal.flush();
            }
        }
    }

    private void watch(Terminal terminal, TopSample first) throws IOException {
        Display display = new Display(terminal, true);
        TopSample now = first;
        boolean goesOn = true;
        while (goesOn) {
            draw(terminal, display, now);
            long until = System.nanoTime() + intervalMillis * 1_000_000;
            long left = intervalMillis;
            while (goesOn && left > 0) {
                int key = terminal.reader().read(left);
                left = (until - System.nanoTime()) / 1_000_000;
                if (key != NonBlockingReader.READ_EXPIRED) {
                    goesOn = key >= 0 && press(key);
                    draw(terminal, display, now);
                }
            }
            if (goesOn) {
                now = source.sample();
            }
        }
    }

    private void draw(Terminal terminal, Display display, TopSample now) throws IOException {
        int rows = Math.max(4, terminal.getRows());
        int columns = Math.max(20, terminal.getColumns());
        List<String> lines = new ArrayList<>(TopLines.figures(now));
        lines.add("");
        int room = Math.clamp(rows - lines.size() - 3L, 0, MOST_ROWS);
        JsonNode connections = source.connections(COLUMNS.get(column), descending, filter, room);
        lines.addAll(TopLines.table(connections));
        while (lines.size() < rows - 1) {
            lines.add("");
        }
        display.resize(Size.of(rows, columns));
        List<AttributedString> shown = new ArrayList<>();
        lines.stream().limit(rows - 1L).forEach(line -> shown.add(cut(line, columns)));
        shown.add(cut(lastLine(connections), columns));
        display.update(shown, -1);
    }

    private static AttributedString cut(String line, int columns) {
        return new AttributedString(line).columnSubSequence(0, columns);
    }

    private String lastLine(JsonNode connections) {
        if (typing != ' ') {
            return (typing == 'f' ? "filter: " : "end connection number: ") + typed;
        }
        return message.isEmpty()
                ? connections.path("matching").longValue() + " of " + connections.path("total").longValue()
                        + "   q quit  s sort (" + COLUMNS.get(column) + ")  r reverse  f filter"
                        + (filter.isEmpty() ? "" : " (" + filter + ")") + "  e end a connection"
                : message;
    }

    /// @return whether the view goes on
    private boolean press(int key) throws IOException {
        if (key == CONTROL_C) {
            return false;
        }
        if (typing != ' ') {
            type(key);
            return true;
        }
        message = "";
        switch (key) {
            case 's' -> column = (column + 1) % COLUMNS.size();
            case 'r' -> descending = !descending;
            case 'f', 'e' -> typing = (char) key;
            default -> {
                return key != 'q';
            }
        }
        return true;
    }

    private void type(int key) throws IOException {
        switch (key) {
            case '\r', '\n' -> {
                if (typing == 'f') {
                    filter = typed.toString();
                } else if (!typed.isEmpty()) {
                    message = source.end(typed.toString());
                }
                stopTyping();
            }
            case ESCAPE -> stopTyping();
            case DELETE, BACKSPACE -> typed.setLength(Math.max(0, typed.length() - 1));
            default -> typed.append(key >= ' ' ? Character.toString(key) : "");
        }
    }

    private void stopTyping() {
        typing = ' ';
        typed.setLength(0);
    }
}
