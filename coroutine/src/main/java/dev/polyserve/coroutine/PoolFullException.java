package dev.polyserve.coroutine;

/// No place in a [Pool] became free in time.
public final class PoolFullException extends RuntimeException {
    PoolFullException(String message) {
        super(message);
    }
}
