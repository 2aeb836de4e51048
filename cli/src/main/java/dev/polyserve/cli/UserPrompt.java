package dev.polyserve.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/// Asks the user a question; an empty answer, or the end of input, selects the default.
final class UserPrompt {
    private static final int TRIES = 3;

    private final StandardStreams stdio;
    private final BufferedReader answers;

    UserPrompt(StandardStreams stdio) {
        this.stdio = stdio;
        this.answers = new BufferedReader(new InputStreamReader(stdio.in(), StandardCharsets.UTF_8));
    }

    /// Asks until the answer is valid.
    ///
    /// @param reader parses the answer; throws an [IllegalArgumentException] with one sentence for an invalid one
    <T> T ask(String question, String defaultAnswer, Function<String, T> reader) {
        IllegalArgumentException last = null;
        for (int i = 0; i < TRIES; i++) {
            stdio.err().print(question + " [" + defaultAnswer + "] ");
            stdio.err().flush();
            String answer = line();
            try {
                return reader.apply(answer.isBlank() ? defaultAnswer : answer.strip());
            } catch (IllegalArgumentException e) {
                last = e;
                stdio.err().println("'" + answer + "': " + e.getMessage());
            }
        }
        throw ExitException.wrong("no valid answer to '" + question + "' after " + TRIES + " tries: "
                + (last == null ? "" : last.getMessage()));
    }

    private String line() {
        try {
            String line = answers.readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            throw ExitException.failed("the answer cannot be read: " + e.getMessage(), e);
        }
    }
}
