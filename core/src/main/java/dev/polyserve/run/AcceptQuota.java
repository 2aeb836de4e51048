package dev.polyserve.run;

/// How much may be accepted now: nothing, the next one, or everything.
public enum AcceptQuota {
    /// None: the server is not started, is paused, or ends.
    NONE,
    /// The next one, for `handleRequest`.
    ONE,
    /// All.
    ALL
}
