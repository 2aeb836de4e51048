package dev.polyserve;

/// What [Server#handleRequest] did.
public enum Served {
    /// One connection or datagram was handed to its handler.
    SERVED,
    /// Nothing came in time.
    TIMED_OUT,
    /// One came, and a limit or a [ConnectionFilter] turned it away.
    REJECTED
}
