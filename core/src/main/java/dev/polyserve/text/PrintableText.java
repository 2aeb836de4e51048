package dev.polyserve.text;

import java.nio.charset.StandardCharsets;

/// Text that a peer controls, made safe for a terminal or a log: one line, no control characters.
///
/// **Thread**: any.
public final class PrintableText {
    private static final char DELETE = 0x7f;
    private static final char LAST_C1_CONTROL = 0x9f;
    private static final char ARABIC_LETTER_MARK = 0x61c;
    private static final char LEFT_TO_RIGHT_MARK = 0x200e;
    private static final char RIGHT_TO_LEFT_MARK = 0x200f;
    private static final char LINE_SEPARATOR = 0x2028;
    private static final char RIGHT_TO_LEFT_OVERRIDE = 0x202e;
    private static final char FIRST_ISOLATE = 0x2066;
    private static final char LAST_ISOLATE = 0x2069;

    private PrintableText() {}

    /// The bytes as UTF-8, with invalid bytes shown as U+FFFD and control characters escaped.
    public static String of(byte[] utf8) {
        return of(new String(utf8, StandardCharsets.UTF_8));
    }

    /// The text with control characters escaped as `\x1b` or `\u202e`, so that no escape sequence reaches the reader's
    /// terminal and no line feed begins a second line. Tabs stay.
    public static String of(String text) {
        int first = 0;
        while (first < text.length() && !isEscaped(text.charAt(first))) {
            first++;
        }
        return first == text.length() ? text : escaped(text, first);
    }

    /// Whether the character controls a terminal or the order of displayed text: C0 and C1 controls, DEL, the line and
    /// paragraph separators, and the bidirectional controls of [UAX 9](https://www.unicode.org/reports/tr9/).
    public static boolean isControl(char c) {
        return c < ' ' || (c >= DELETE && c <= LAST_C1_CONTROL) || (c >= ARABIC_LETTER_MARK && controlsLayout(c));
    }

    /// Appends the character, escaped if it is a control.
    public static void append(StringBuilder into, char c) {
        if (!isEscaped(c)) {
            into.append(c);
        } else if (c <= LAST_C1_CONTROL) {
            into.append("\\x").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
        } else {
            into.append("\\u").repeat('0', c < 0x1000 ? 1 : 0).append(Integer.toHexString(c));
        }
    }

    private static String escaped(String text, int first) {
        StringBuilder shown = new StringBuilder(text.length() + 16).append(text, 0, first);
        for (int i = first; i < text.length(); i++) {
            append(shown, text.charAt(i));
        }
        return shown.toString();
    }

    private static boolean isEscaped(char c) {
        return c != '\t' && isControl(c);
    }

    private static boolean controlsLayout(char c) {
        return c == ARABIC_LETTER_MARK || c == LEFT_TO_RIGHT_MARK || c == RIGHT_TO_LEFT_MARK
                || (c >= LINE_SEPARATOR && c <= RIGHT_TO_LEFT_OVERRIDE) || (c >= FIRST_ISOLATE && c <= LAST_ISOLATE);
    }
}
