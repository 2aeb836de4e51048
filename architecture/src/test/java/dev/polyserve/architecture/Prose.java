package dev.polyserve.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The prose of a Java source: its comments and its string literals.
///
/// @param line the line of the file
/// @param text the text of a comment line or a literal, with its delimiters
record Prose(long line, String text) {
    /// Comments, text blocks, strings and characters. The leftmost match wins, so none begins inside another.
    private static final Pattern TOKEN = Pattern.compile("//[^\n]*" + "|/\\*(?s:.*?)\\*/"
            + "|\"\"\"(?s:.*?)\"\"\"" + "|\"(?:[^\"\\\\\n]++|\\\\.)*+\"" + "|'(?:[^'\\\\\n]++|\\\\.)*+'");

    /// {@return the prose of a file, in order}
    static List<Prose> of(Path file) throws IOException {
        return of(Files.readString(file));
    }

    static List<Prose> of(String source) {
        var found = new ArrayList<Prose>();
        Matcher token = TOKEN.matcher(source);
        long line = 1;
        for (int from = 0; token.find(); from = token.start()) {
            line += source.substring(from, token.start()).chars().filter(c -> c == '\n').count();
            found.add(new Prose(line, token.group()));
        }
        return found;
    }
}
