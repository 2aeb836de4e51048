package dev.polyserve.bench.report;

import java.util.function.Consumer;

/// Writes HTML whose elements are closed and whose texts and attributes are escaped, whatever they hold.
///
/// **Thread**: one at a time.
final class Html {
    private final StringBuilder out = new StringBuilder();

    /// An element with what `content` writes into it.
    ///
    /// @param tag its name, and its classes after dots: `td.figure`
    /// @param attributes names and values in turn
    Html in(String tag, Consumer<Html> content, String... attributes) {
        String name = begin(tag, attributes);
        content.accept(this);
        out.append("</").append(name).append('>');
        return this;
    }

    /// An element that holds a text.
    Html leaf(String tag, String text, String... attributes) {
        return in(tag, html -> html.text(text), attributes);
    }

    /// An empty element that has no end tag.
    Html empty(String tag, String... attributes) {
        begin(tag, attributes);
        return this;
    }

    /// A text.
    Html text(String text) {
        out.append(escaped(text));
        return this;
    }

    /// What was written.
    @Override
    public String toString() {
        return out.toString();
    }

    /// The text as it must be written where HTML is expected, in attributes too.
    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    private String begin(String tag, String... attributes) {
        String[] parts = tag.split("\\.", -1);
        out.append('<').append(parts[0]);
        if (parts.length > 1) {
            attribute("class", tag.substring(parts[0].length() + 1).replace('.', ' '));
        }
        for (int i = 0; i + 1 < attributes.length; i += 2) {
            attribute(attributes[i], attributes[i + 1]);
        }
        out.append('>');
        return parts[0];
    }

    private void attribute(String name, String value) {
        out.append(' ').append(name).append("=\"").append(escaped(value)).append('"');
    }
}
