package dev.polyserve.coroutine;

/// A greenlet got a checked exception, the cause of this one: its child has thrown it, or another has thrown it in.
public final class GreenletException extends RuntimeException {
    GreenletException(Throwable cause) {
        super("a greenlet failed: " + cause, cause);
    }
}
