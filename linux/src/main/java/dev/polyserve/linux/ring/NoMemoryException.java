package dev.polyserve.linux.ring;

import dev.polyserve.conversation.BrokenPipeException;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;

/// A failure of a connection for lack of memory. There is one for each reason, made in advance, which connections record and
/// share.
///
/// A shared one is never thrown: what callers add to a thrown exception, such as a suppressed one, would stay with it for
/// ever, and its stack trace is not theirs. [#toThrow] makes another.
///
/// **Thread**: any.
@SuppressWarnings("StaticAssignmentOfThrowable") // made in advance, and never thrown
final class NoMemoryException extends IOException {
    static final NoMemoryException UNREAD = new NoMemoryException(
            "there is no memory for what was received and not read");
    static final NoMemoryException UNSENT = new NoMemoryException("there is no memory for what the peer does not take");
    /// A failure of the connection that there was no memory to describe.
    private static final NoMemoryException UNDESCRIBED = new NoMemoryException(
            "the connection failed while memory was short");
    private static final long serialVersionUID = 1L;

    private final String reason;

    private NoMemoryException(String reason) {
        super(reason);
        this.reason = reason;
    }

    /// Returns the failure of a system call, for recording: it must not be lost with its completion, even if there is no
    /// memory to describe it.
    static IOException failureOf(String call, int result) {
        try {
            var failure = new SystemCallException(call, result);
            return result == -Errno.EPIPE ? new BrokenPipeException(failure) : failure;
        } catch (OutOfMemoryError e) {
            return UNDESCRIBED;
        }
    }

    /// Returns the exception to throw for a recorded failure.
    static IOException toThrow(IOException recorded) {
        return recorded instanceof NoMemoryException shared ? new NoMemoryException(shared.reason) : recorded;
    }
}
