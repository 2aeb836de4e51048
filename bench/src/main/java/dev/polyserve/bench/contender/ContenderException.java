package dev.polyserve.bench.contender;

import org.jspecify.annotations.Nullable;

/// A failure of a contender, or of measuring one. The message is one sentence that names the contender.
public final class ContenderException extends Exception {
    private static final long serialVersionUID = 1;

    private final String sentence;

    ContenderException(String sentence) {
        this(sentence, null);
    }

    ContenderException(String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
        this.sentence = sentence;
    }

    @Override
    public String getMessage() {
        return sentence;
    }
}
