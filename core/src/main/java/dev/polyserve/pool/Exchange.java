package dev.polyserve.pool;

import dev.polyserve.Connection;
import org.jspecify.annotations.Nullable;

/// A request and its whole answer, on a pooled connection.
///
/// @param <T> the type of the result
/// @param <E> what it throws beside what the connection does
@FunctionalInterface
public interface Exchange<T extends @Nullable Object, E extends Exception> {
    /// Sends the request, and reads the answer to its end.
    T run(Connection connection) throws E;
}
