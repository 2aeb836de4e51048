package dev.polyserve.bench.contender;

import org.jspecify.annotations.Nullable;

/// What a contender, or a look at one, failed at: one sentence that names it.
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
