package dev.polyserve.conversation;

/// Whether a wait's socket is ready at the moment when its time limit expires: the limit counts only if not. It is
/// checked before a time limit takes effect: a process that was stopped, or had no processor, sees the time before the
/// data that came in time.
public enum ReadinessAtDeadline {
    /// It is ready: the wait ends as soon as its thread runs.
    YES,
    /// It is not ready.
    NO,
    /// The system cannot report it.
    UNKNOWN
}
