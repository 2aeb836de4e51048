package dev.polyserve.io;

import java.io.IOException;

/// Accepting failed, with a classification of what failed.
///
/// The classification never uses the error text, which depends on the user's language. Descriptors have the system's
/// error number. The JDK's channels do not: they test whether the process can open another socket. If it cannot, they
/// throw a different exception.
public final class AcceptException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Concerned concerned;
    private final String reason;

    /// What an error of `accept(2)` affects.
    public enum Concerned {
        /// One connection that was lost before it was accepted, or its network: the next one may be fine.
        CONNECTION,
        /// The descriptor, which is not a listener any more.
        LISTENER,
        /// One of the two: descriptors are available, and no error number is known. It is the listener if the listener
        /// accepts no further connection, and does not report an empty backlog either.
        CONNECTION_OR_LISTENER,
        /// The process or the system, which lacks descriptors or memory; or an unknown error.
        PROCESS
    }

    /// @param cause the system's error
    /// @param reason the name of its number, such as `ECONNABORTED`, or of the cause's class
    public AcceptException(Concerned concerned, IOException cause, String reason) {
        super(cause.getMessage(), cause);
        this.concerned = concerned;
        this.reason = reason;
    }

    /// An error without a number: the reason is the class of the cause.
    public AcceptException(Concerned concerned, IOException cause) {
        this(concerned, cause, cause.getClass().getSimpleName());
    }

    /// The reason of any failure in one word, by which failures are counted: `ECONNABORTED`, or the name of its class.
    public static String reasonOf(Throwable failure) {
        return failure instanceof AcceptException known ? known.reason : failure.getClass().getSimpleName();
    }

    /// What the error affects.
    public Concerned concerned() {
        return concerned;
    }
}
