package dev.polyserve;

import java.io.IOException;

/// The connection is over, and why; a handler that sees it need only clean up and let it pass.
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
