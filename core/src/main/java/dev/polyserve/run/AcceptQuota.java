package dev.polyserve.run;

/// How many connections and datagrams may be accepted.
public enum AcceptQuota {
    /// None: the server is not started, is paused, or ends.
    NONE,
    /// The next one, for `handleRequest`.
    ONE,
    /// All.
    ALL
}
