package dev.polyserve.pool;

/// The figures of a [ConnectionPool] at one moment. Implemented by the library, which may add figures in a later version.
///
/// **Thread**: any.
public interface PoolStats {
    /// Connections that are open or being begun.
    int open();

    /// [#open] that nothing uses.
    int idle();

    /// Calls that wait for a connection.
    int waiting();

    /// Connections begun so far.
    long connected();

    /// How often an open connection was used again.
    long reused();

    /// Idle connections that could not be used again: their server had ended them or sent something, or the check failed.
    long stale();

    /// Idle connections closed because of their idle limit, or to make room for one on another event loop.
    long evicted();

    /// Calls that got no connection: in time, or because too many waited.
    long refused();
}
