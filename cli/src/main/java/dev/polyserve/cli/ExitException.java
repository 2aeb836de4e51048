package dev.polyserve.cli;

import org.jspecify.annotations.Nullable;

/// Ends the program with one sentence and an exit status.
final class ExitException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int FAILED = 1;
    private static final int WRONG_COMMAND_LINE = 2;

    private final int status;

    private ExitException(int status, String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
        this.status = status;
    }

    /// A wrong command line, or a wrong file that it names.
    static ExitException wrong(String sentence) {
        return new ExitException(WRONG_COMMAND_LINE, sentence, null);
    }

    /// A wrong command line, or a wrong file that it names.
    static ExitException wrong(String sentence, Throwable cause) {
        return new ExitException(WRONG_COMMAND_LINE, sentence, cause);
    }

    /// A failure while running.
    static ExitException failed(String sentence, @Nullable Throwable cause) {
        return new ExitException(FAILED, sentence, cause);
    }

    int status() {
        return status;
    }
}
