package dev.polyserve.pool;

import org.jspecify.annotations.Nullable;

/// What a call gets that asks for a connection.
sealed interface PoolGrant {
    /// An idle connection, with its place.
    ///
    /// @param entry may be over by now
    record Reuse(PoolEntry entry) implements PoolGrant {}

    /// A place for a new connection.
    ///
    /// @param evicted the connection that had it, which the receiver is to end; null: it was free
    record Place(@Nullable PoolEntry evicted) implements PoolGrant {}

    /// The pool is closed.
    record Closed() implements PoolGrant {}

    /// Too many calls wait already.
    record Refused() implements PoolGrant {}

    /// It is to wait.
    record Wait(PoolWaiter waiter) implements PoolGrant {}
}
