package dev.polyserve.bench.load;

import java.io.Serial;

/// The contender cannot be measured: its message is the reason, in one sentence.
public final class LoadException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    /// With the reason.
    public LoadException(String message) {
        super(message);
    }

    LoadException(String message, Throwable cause) {
        super(message, cause);
    }
}
