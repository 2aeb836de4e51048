package dev.polyserve.io;

import java.io.IOException;

/// Accepting failed, and the system's error number says what that concerns.
///
/// The reason as text depends on the language of the user, so nothing is decided by it. A family of sockets that knows no error
/// numbers, as the JDK's channels, throws other exceptions, which say nothing of the kind.
public final class AcceptException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Concerned concerned;

    /// What an error of `accept(2)` concerns.
    public enum Concerned {
        /// One connection that was lost before it was accepted, or its network: the next may be fine, and waits.
        CONNECTION,
        /// The descriptor, which is no listener any more.
        LISTENER
    }

    /// @param cause with the error number
    public AcceptException(Concerned concerned, IOException cause) {
        super(cause.getMessage(), cause);
        this.concerned = concerned;
    }

    /// What it concerns.
    public Concerned concerned() {
        return concerned;
    }
}
