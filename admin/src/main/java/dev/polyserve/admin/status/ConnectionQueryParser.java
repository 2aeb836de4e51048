package dev.polyserve.admin.status;

import dev.polyserve.text.PrintableText;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads a query for rows of the table of connections: `sort=in&order=desc&filter=10.0&limit=100`.
///
/// **Thread**: any.
public final class ConnectionQueryParser {
    private static final int MOST_ROWS = 1000;
    private static final int DEFAULT_ROWS = 200;
    private static final Set<String> NAMES = Set.of("sort", "order", "filter", "limit");

    private ConnectionQueryParser() {}

    /// The query, or the defaults without one.
    ///
    /// @throws IllegalArgumentException with one sentence about what is wrong
    public static ConnectionTable.Query parse(@Nullable String raw) {
        Map<String, String> given = new HashMap<>();
        for (String pair : raw == null || raw.isEmpty() ? new String[0] : raw.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            if (parts.length < 2 || !NAMES.contains(parts[0])) {
                throw new IllegalArgumentException("bad query '" + PrintableText.of(pair)
                        + "': use sort, order, filter and limit, as in sort=in&order=desc");
            }
            given.put(parts[0], decoded(parts[1]));
        }
        return new ConnectionTable.Query(column(given.getOrDefault("sort", "id")),
                descends(given.getOrDefault("order", "asc")), given.getOrDefault("filter", ""),
                limit(given.getOrDefault("limit", Integer.toString(DEFAULT_ROWS))));
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "bad query '" + PrintableText.of(text) + "': a % is followed by two digits", e);
        }
    }

    private static ConnectionTable.Column column(String name) {
        return Arrays.stream(ConnectionTable.Column.values())
                .filter(column -> name(column).equals(name)).findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException(
                                "bad sort '" + PrintableText.of(name) + "': it must be one of "
                                        + Arrays.stream(ConnectionTable.Column.values())
                                                .map(ConnectionQueryParser::name)
                                                .collect(Collectors.joining(", "))));
    }

    private static String name(ConnectionTable.Column column) {
        return column.name().toLowerCase(Locale.ROOT);
    }

    private static boolean descends(String order) {
        return switch (order) {
            case "asc" -> false;
            case "desc" -> true;
            default -> throw new IllegalArgumentException("bad order '" + PrintableText.of(order)
                    + "': it must be asc or desc");
        };
    }

    private static int limit(String text) {
        if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) > MOST_ROWS) {
            throw new IllegalArgumentException("bad limit '" + PrintableText.of(text) + "': it must be a number up to "
                    + MOST_ROWS);
        }
        return Integer.parseInt(text);
    }
}
