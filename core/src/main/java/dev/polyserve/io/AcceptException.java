package dev.polyserve.io;

import java.io.IOException;

/// Accepting failed, and it is known what that concerns.
///
/// The reason as text depends on the language of the user, so nothing is decided by it. Descriptors know the system's error
/// number. The JDK's channels do not: they find out whether the process can open another socket. Where it cannot, they throw
/// another exception, which concerns neither.
public final class AcceptException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Concerned concerned;

    /// What an error of `accept(2)` concerns.
    public enum Concerned {
        /// One connection that was lost before it was accepted, or its network: the next may be fine, and waits.
        CONNECTION,
        /// The descriptor, which is no listener any more.
        LISTENER,
        /// One of the two: descriptors are not used up, and no error number is known. It concerns the listener if that accepts
        /// nothing any more, and does not find its backlog empty either.
        CONNECTION_OR_LISTENER
    }

    /// @param cause what the system said
    public AcceptException(Concerned concerned, IOException cause) {
        super(cause.getMessage(), cause);
        this.concerned = concerned;
    }

    /// What it concerns.
    public Concerned concerned() {
        return concerned;
    }
}
