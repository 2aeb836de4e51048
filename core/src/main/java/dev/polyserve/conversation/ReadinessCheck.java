package dev.polyserve.conversation;

/// Whether what a wait is for is there: asked before a time limit is believed, because a process that was stopped, or had no processor, sees
/// the time before it sees what came in time.
public enum ReadinessCheck {
    /// It is there: the wait ends as soon as its thread comes by.
    YES,
    /// It is not there.
    NO,
    /// The system cannot be asked.
    UNKNOWN
}
