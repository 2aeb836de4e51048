package dev.polyserve.text;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// Writes one JSON object on one line. Control characters, including C1 and bidirectional ones, are escaped, because
/// logs are also read on terminals.
///
/// **Thread**: one at a time.
public final class JsonObjectWriter {
    private static final HexFormat HEX = HexFormat.of();

    private final StringBuilder text = new StringBuilder(160).append('{');

    /// Returns a value as JSON: a map as an object, a list as an array, a number, a boolean and a [JsonObjectWriter] as
    /// they are, any other value as a string.
    public static String of(Object value) {
        StringBuilder into = new StringBuilder(160);
        append(into, value);
        return into.toString();
    }

    /// Appends a member: a number or a boolean as it is, any other value as a string.
    public JsonObjectWriter put(String name, Object value) {
        name(name);
        if (value instanceof Number || value instanceof Boolean) {
            text.append(value);
        } else {
            quote(text, value.toString());
        }
        return this;
    }

    /// Appends an array of values that are already JSON.
    public JsonObjectWriter putAll(String name, List<String> values) {
        return raw(name, "[" + String.join(",", values) + "]");
    }

    /// Appends an object.
    public JsonObjectWriter put(String name, JsonObjectWriter object) {
        return raw(name, object.toString());
    }

    private JsonObjectWriter raw(String name, String json) {
        name(name);
        text.append(json);
        return this;
    }

    private void name(String name) {
        if (text.length() > 1) {
            text.append(',');
        }
        quote(text, name);
        text.append(':');
    }

    /// The text as a JSON string.
    public static String quoted(String text) {
        return of(text);
    }

    @Override
    public String toString() {
        return text + "}";
    }

    private static void append(StringBuilder into, Object value) {
        switch (value) {
            case Map<?, ?> object -> {
                int start = into.append('{').length();
                object.forEach((name, member) -> {
                    into.append(into.length() > start ? "," : "");
                    quote(into, name.toString());
                    append(into.append(':'), member);
                });
                into.append('}');
            }
            case List<?> array -> {
                int start = into.append('[').length();
                array.forEach(element -> append(into.append(into.length() > start ? "," : ""), element));
                into.append(']');
            }
            case Number number -> into.append(finite(number));
            case Boolean bool -> into.append(bool);
            case JsonObjectWriter json -> into.append(json);
            default -> quote(into, value.toString());
        }
    }

    /// JSON has no infinite numbers, nor what is not a number.
    private static Object finite(Number number) {
        return Double.isFinite(number.doubleValue()) ? number : "null";
    }

    private static void quote(StringBuilder into, String value) {
        into.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                into.append('\\').append(c);
            } else if (PrintableText.isControl(c)) {
                into.append("\\u").append(HEX.toHexDigits(c));
            } else {
                into.append(c);
            }
        }
        into.append('"');
    }
}
