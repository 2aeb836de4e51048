package dev.polyserve.coroutine.hub;

/// Thrown when every task of a hub waits for another task and no timer is set, so that nothing can wake them.
///
/// The message lists each task, what it waits for, and its stack.
public final class DeadlockException extends RuntimeException {
    DeadlockException(String message) {
        super(message);
    }
}
