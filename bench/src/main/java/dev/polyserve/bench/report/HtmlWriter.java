package dev.polyserve.bench.report;

import java.util.function.Consumer;

/// Writes HTML with balanced elements and escaped texts and attributes.
///
/// **Thread**: one at a time.
final class HtmlWriter {
    private final StringBuilder out = new StringBuilder();

    /// An element with the content that `content` writes.
    ///
    /// @param tag its name, and its classes after dots: `td.figure`
    /// @param attributes alternating names and values
    HtmlWriter in(String tag, Consumer<HtmlWriter> content, String... attributes) {
        String name = begin(tag, attributes);
        content.accept(this);
        out.append("</").append(name).append('>');
        return this;
    }

    /// An element that contains a text.
    HtmlWriter leaf(String tag, String text, String... attributes) {
        return in(tag, html -> html.text(text), attributes);
    }

    /// A void element, which has no end tag.
    HtmlWriter empty(String tag, String... attributes) {
        begin(tag, attributes);
        return this;
    }

    HtmlWriter text(String text) {
        out.append(escaped(text));
        return this;
    }

    /// The HTML written so far.
    @Override
    public String toString() {
        return out.toString();
    }

    /// Escapes a text for HTML, also within attributes.
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
