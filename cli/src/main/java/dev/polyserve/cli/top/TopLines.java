package dev.polyserve.cli.top;

import dev.polyserve.cli.text.Units;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// The lines that show a server.
///
/// **Thread**: any.
final class TopLines {
    private static final String ROW = "%6s  %-28s  %9s  %10s  %10s  %s";

    private TopLines() {}

    /// One line, for a pipe.
    static String plain(TopSample now) {
        return "connections " + now.number("active") + " open, " + rate(now, "accepted") + " accepted; bytes "
                + bytes(now, "bytesIn") + " in, " + bytes(now, "bytesOut") + " out; loops " + now.load()
                + ", 99 % of turns " + now.slowestTurns() + "; failed " + now.number("failed")
                + (now.status().path("accepting").booleanValue(true) ? "" : "; not accepting");
    }

    /// The figures above the table.
    static List<String> figures(TopSample now) {
        List<String> lines = new ArrayList<>();
        lines.add(now.text("service") + " with " + now.text("model") + " on " + now.elements("endpoints").stream()
                .map(JsonNode::stringValue).collect(Collectors.joining(", ")) + " (pid " + now.number("pid")
                + ", generation " + now.number("generation") + ")"
                + (now.status().path("accepting").booleanValue(true) ? "" : ", not accepting"));
        lines.add("connections  " + now.number("active") + " open, " + now.number("accepted") + " accepted ("
                + rate(now, "accepted") + "), " + now.number("rejected") + " rejected, " + now.number("failed")
                + " failed");
        lines.add("bytes        in " + Units.shownBytes(now.number("bytesIn")) + " (" + bytes(now, "bytesIn")
                + "), out " + Units.shownBytes(now.number("bytesOut")) + " (" + bytes(now, "bytesOut")
                + "), buffered " + Units.shownBytes(now.number("bufferedBytes")));
        lines.add("loops        " + now.load() + "; 99 % of turns " + now.slowestTurns() + "; stalls "
                + now.number("stalls") + ", hand-offs " + now.number("handOffs"));
        lines.add("limits       " + now.limits());
        if (!now.workers().isEmpty()) {
            lines.add("workers      " + now.workers());
        }
        return lines;
    }

    /// The table: a line of headings, and a line for each row.
    static List<String> table(JsonNode connections) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, ROW, "NO.", "PEER", "AGE", "RECEIVED", "SENT", "STATE"));
        for (JsonNode row : connections.path("rows")) {
            lines.add(String.format(Locale.ROOT, ROW, row.path("id").longValue(), row.path("peer").stringValue(""),
                    Units.shown(Duration.ofMillis(row.path("ageMillis").longValue())),
                    Units.shownBytes(row.path("bytesIn").longValue()),
                    Units.shownBytes(row.path("bytesOut").longValue()), row.path("state").stringValue("")));
        }
        return lines;
    }

    private static String rate(TopSample now, String name) {
        return String.format(Locale.ROOT, "%.1f/s", now.rate(name));
    }

    private static String bytes(TopSample now, String name) {
        return Units.shownBytes(now.rate(name)) + "/s";
    }
}
