package dev.polyserve;

/// The result of [Server#handleRequest].
public enum RequestResult {
    /// One connection or datagram was passed to its handler.
    SERVED,
    /// Nothing arrived in time.
    TIMED_OUT,
    /// One arrived, and a limit or a [ConnectionFilter] rejected it.
    REJECTED
}
