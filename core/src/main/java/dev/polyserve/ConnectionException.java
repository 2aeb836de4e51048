package dev.polyserve;

import java.io.IOException;

/// The connection is over, with the reason; a handler that catches it only cleans up and rethrows it.
public final class ConnectionException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Cause reason;

    /// Made by the library.
    public ConnectionException(Cause reason) {
        super("the connection is over: " + reason.phrase());
        this.reason = reason;
    }

    /// Why it is over.
    public Cause reason() {
        return reason;
    }
}
