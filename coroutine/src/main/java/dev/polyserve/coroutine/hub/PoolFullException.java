package dev.polyserve.coroutine.hub;

/// Thrown when no place in a [Pool] became free in time.
public final class PoolFullException extends RuntimeException {
    PoolFullException(String message) {
        super(message);
    }
}
