package dev.polyserve.coroutine;

import org.jspecify.annotations.Nullable;

/// What a task computes.
@FunctionalInterface
public interface Work<T extends @Nullable Object> {
    /// Computes it; it may wait.
    T run() throws Exception;
}
