package dev.polyserve.cli;

import dev.polyserve.linux.process.CurrentProgram;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/// The words of the command line, byte for byte: the JVM replaces each byte that it cannot decode by U+FFFD. Without a
/// locale, that is every byte beyond ASCII.
final class RawArguments {
    private static final char LOST = '\ufffd';

    private RawArguments() {}

    /// Returns these words as they were given.
    ///
    /// @throws ExitException when a word does not decode in the locale's encoding
    static String[] restore(String[] words) {
        if (Arrays.stream(words).noneMatch(word -> word.indexOf(LOST) >= 0)) {
            return words;
        }
        String[] exact = exact(words);
        for (String word : exact) {
            if (!CurrentProgram.isText(word)) {
                throw notDecodable(word);
            }
        }
        return exact;
    }

    /// The program's words are the last ones of the process's command line; the JVM's options precede them.
    private static String[] exact(String[] words) {
        try {
            List<String> all = CurrentProgram.commandLine();
            if (all.size() > words.length) {
                return all.subList(all.size() - words.length, all.size()).toArray(String[]::new);
            }
        } catch (IOException e) {
            throw ExitException.wrong("the command line has bytes that do not decode in this locale's encoding, "
                    + CurrentProgram.encoding() + ", and the original bytes cannot be read: " + e.getMessage(), e);
        }
        throw notDecodable(String.join(" ", words));
    }

    private static ExitException notDecodable(String word) {
        StringBuilder shown = new StringBuilder();
        word.codePoints().forEach(c -> shown.appendCodePoint(Character.getType(c) == Character.SURROGATE ? LOST : c));
        return ExitException.wrong("'" + shown + "' has bytes that do not decode in this locale's encoding, "
                + CurrentProgram.encoding()
                + ": write it in that encoding, or set LC_ALL to a locale with the right one");
    }
}
