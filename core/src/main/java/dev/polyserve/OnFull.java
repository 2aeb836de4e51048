package dev.polyserve;

/// What happens to a new client while the maximum number of connections is open.
public enum OnFull {
    /// It waits in the kernel's backlog until a connection ends.
    WAIT,
    /// It is accepted and closed at once.
    REJECT
}
