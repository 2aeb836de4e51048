package dev.polyserve.coroutine;

/// Every task of a hub waits for another one, nothing is scheduled, and so nothing can wake them; the message says who waits for
/// what, and where.
public final class DeadlockException extends RuntimeException {
    DeadlockException(String message) {
        super(message);
    }
}
