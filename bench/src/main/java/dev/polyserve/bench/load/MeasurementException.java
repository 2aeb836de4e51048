package dev.polyserve.bench.load;

import java.io.Serial;

/// A contender cannot be measured. The message is the reason, in one sentence.
public final class MeasurementException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    /// Creates an exception with the reason.
    public MeasurementException(String message) {
        super(message);
    }

    MeasurementException(String message, Throwable cause) {
        super(message, cause);
    }
}
