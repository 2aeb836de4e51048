package dev.polyserve;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// An operation took longer than the handler or sender allowed; the connection can be used as before.
public final class TimedOutException extends IOException {
    private static final long serialVersionUID = 1L;

    /// Made by the library.
    public TimedOutException(String operation, Duration atMost) {
        super(operation + " took longer than " + TimeUnit.MILLISECONDS.convert(atMost) + " ms");
    }
}
