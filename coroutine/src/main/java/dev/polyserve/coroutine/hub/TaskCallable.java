package dev.polyserve.coroutine.hub;

import org.jspecify.annotations.Nullable;

/// The body of a task with a result.
@FunctionalInterface
public interface TaskCallable<T extends @Nullable Object> {
    /// Computes the result; may wait.
    T run() throws Exception;
}
