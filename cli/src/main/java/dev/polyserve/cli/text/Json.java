package dev.polyserve.cli.text;

import dev.polyserve.text.Printable;
import java.util.HexFormat;
import java.util.List;

/// Writes one JSON object on one line. Control characters, including C1 and bidirectional ones, are escaped, because
/// logs are also read on terminals.
///
/// **Thread**: one at a time.
/// **Thread**: one at a time.
public final class Json {
    private static final HexFormat HEX = HexFormat.of();

    private final StringBuilder text = new StringBuilder(160).append('{');

    /// Appends a member: a number or a boolean as it is, any other value as a string.
    public Json put(String name, Object value) {
        if (text.length() > 1) {
            text.append(',');
        }
        quote(name);
        text.append(':');
        if (value instanceof Number || value instanceof Boolean) {
            text.append(value);
        } else {
            quote(value.toString());
        }
        return this;
    }

    /// Appends an array of values that are already JSON.
    public Json putAll(String name, List<String> values) {
        return raw(name, "[" + String.join(",", values) + "]");
    }

    public Json put(String name, Json object) {
        return raw(name, object.toString());
    }

    private Json raw(String name, String json) {
        if (text.length() > 1) {
            text.append(',');
        }
        quote(name);
        text.append(':').append(json);
        return this;
    }

    public static String quoted(String text) {
        Json object = new Json().put("", text);
        return object.text.substring("{\"\":".length());
    }

    @Override
    public String toString() {
        return text + "}";
    }

    private void quote(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (Printable.isControl(c)) {
                text.append("\\u").append(HEX.toHexDigits(c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }
}
