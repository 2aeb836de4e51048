package dev.polyserve.coroutine;

/// Thrown in a greenlet that receives a checked exception, from a child that failed or by [Greenlet#throwInto]. The
/// checked exception is the cause.
public final class GreenletException extends RuntimeException {
    GreenletException(Throwable cause) {
        super("a greenlet failed: " + cause, cause);
    }
}
