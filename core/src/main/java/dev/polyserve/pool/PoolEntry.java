package dev.polyserve.pool;

import dev.polyserve.spi.PoolableConnection;

/// A connection of a pool.
///
/// **Thread**: the mutable fields are guarded by the lock of [PoolPlaces].
final class PoolEntry {
    final PoolableConnection connection;
    /// Where it can be used ([dev.polyserve.spi.ConnectionOwner#home]).
    final Object home;
    /// When its last exchange ended.
    long idleSinceNanos;
    /// Whether it has a place of its own, rather than that of a call that is about to use it.
    boolean hasPlace;
    boolean over;

    PoolEntry(PoolableConnection connection, Object home) {
        this.connection = connection;
        this.home = home;
    }
}
