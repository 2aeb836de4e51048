package dev.polyserve;

/// What happens to a client that comes when every place is taken.
public enum OnFull {
    /// It waits in the kernel's backlog until a place is free.
    WAIT,
    /// It is accepted and closed at once.
    REJECT
}
