package dev.polyserve.conversation;

import dev.polyserve.Limit;
import java.io.IOException;

/// A connection exceeded a limit: it ends with that as its cause.
public final class LimitException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Limit limit;

    LimitException(Limit limit) {
        super("the limit '" + limit.label() + "' was reached");
        this.limit = limit;
    }

    /// Which one.
    public Limit limit() {
        return limit;
    }
}
