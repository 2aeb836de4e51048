package dev.polyserve.cli;

import dev.polyserve.linux.process.CurrentProgram;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/// The words of the command line as they were given. The JVM has U+FFFD in the place of each byte that is no text in the locale's
/// encoding: without a locale of everything but ASCII.
final class CommandWords {
    private static final char LOST = '\ufffd';

    private CommandWords() {}

    /// These words, with what the JVM has lost of them.
    ///
    /// @throws ExitException when one of them is no text
    static String[] of(String[] words) {
        if (Arrays.stream(words).noneMatch(word -> word.indexOf(LOST) >= 0)) {
            return words;
        }
        String[] exact = exact(words);
        for (String word : exact) {
            if (!CurrentProgram.isText(word)) {
                throw noText(word);
            }
        }
        return exact;
    }

    /// The last words of the command line, which are the program's; those before are the JVM's.
    private static String[] exact(String[] words) {
        try {
            List<String> all = CurrentProgram.commandLine();
            if (all.size() > words.length) {
                return all.subList(all.size() - words.length, all.size()).toArray(String[]::new);
            }
        } catch (IOException e) {
            throw ExitException.wrong("the command line has bytes that are no text in this locale's encoding, "
                    + CurrentProgram.encoding() + ", and the system does not tell them: " + e.getMessage(), e);
        }
        throw noText(String.join(" ", words));
    }

    private static ExitException noText(String word) {
        StringBuilder shown = new StringBuilder();
        word.codePoints().forEach(c -> shown.appendCodePoint(Character.getType(c) == Character.SURROGATE ? LOST : c));
        return ExitException.wrong("'" + shown + "' has bytes that are no text in this locale's encoding, "
                + CurrentProgram.encoding() + ": write it in that encoding, or set LC_ALL to a locale with its own");
    }
}
