package dev.polyserve.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A text for readers: a comment or a literal of a source, a name in it, or a line of a document.
///
/// @param line the line of the file
/// @param text a comment line or a literal with its delimiters, a name as words, or a line
record Prose(long line, String text) {
    /// Comments, text blocks, strings and characters. The leftmost match wins, so none begins inside another.
    private static final Pattern TOKEN = Pattern.compile("//[^\n]*" + "|/\\*(?s:.*?)\\*/"
            + "|\"\"\"(?s:.*?)\"\"\"" + "|\"(?:[^\"\\\\\n]++|\\\\.)*+\"" + "|'(?:[^'\\\\\n]++|\\\\.)*+'");
    private static final Pattern NOT_LINE_END = Pattern.compile("[^\n]");
    private static final Pattern IMPORT = Pattern.compile("(?m)^(import|package) .*$");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_]\\w*");
    private static final Pattern BETWEEN_WORDS = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|_");
    private static final String FENCE = "```";

    /// {@return the comments and literals of a source, in order}
    static List<Prose> of(String source) {
        return found(TOKEN, source);
    }

    /// {@return the names in the code of a source, each split into its words, in order}
    static List<Prose> names(String source) {
        String code = TOKEN.matcher(source).replaceAll(token -> NOT_LINE_END.matcher(token.group()).replaceAll(" "));
        return found(NAME, IMPORT.matcher(code).replaceAll("")).stream()
                .map(name -> new Prose(name.line, BETWEEN_WORDS.matcher(name.text).replaceAll(" "))).toList();
    }

    /// {@return the lines of a Markdown document outside its blocks}
    static List<Prose> ofDocument(Path file) throws IOException {
        var found = new ArrayList<Prose>();
        boolean inBlock = false;
        long number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            boolean fence = line.startsWith(FENCE);
            if (!fence && !inBlock) {
                found.add(new Prose(number, line));
            }
            inBlock ^= fence;
        }
        return found;
    }

    private static List<Prose> found(Pattern pattern, String source) {
        var found = new ArrayList<Prose>();
        Matcher token = pattern.matcher(source);
        long line = 1;
        for (int from = 0; token.find(); from = token.start()) {
            line += source.substring(from, token.start()).chars().filter(c -> c == '\n').count();
            found.add(new Prose(line, token.group()));
        }
        return found;
    }
}
