package dev.polyserve.cli.text;

import java.nio.charset.StandardCharsets;

/// Text from strangers made fit for a terminal or a log: one line, no control characters.
public final class Printable {
    private static final char DELETE = 0x7f;
    private static final char LAST_C1_CONTROL = 0x9f;

    private Printable() {}

    /// The bytes as UTF-8, what is not UTF-8 shown as U+FFFD and control characters escaped.
    public static String of(byte[] utf8) {
        return of(new String(utf8, StandardCharsets.UTF_8));
    }

    /// The text with control characters shown as `\x1b`: an escape sequence must not reach the reader's terminal, nor a line
    /// feed forge a second line. Tabs stay.
    public static String of(String text) {
        int first = 0;
        while (first < text.length() && !control(text.charAt(first))) {
            first++;
        }
        return first == text.length() ? text : escaped(text, first);
    }

    private static String escaped(String text, int first) {
        StringBuilder shown = new StringBuilder(text.length() + 16).append(text, 0, first);
        for (int i = first; i < text.length(); i++) {
            char c = text.charAt(i);
            if (control(c)) {
                shown.append("\\x").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                shown.append(c);
            }
        }
        return shown.toString();
    }

    private static boolean control(char c) {
        return (c < ' ' && c != '\t') || (c >= DELETE && c <= LAST_C1_CONTROL);
    }
}
