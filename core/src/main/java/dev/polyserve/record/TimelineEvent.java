package dev.polyserve.record;

/// One event of a connection.
///
/// **Thread**: any; it is a value.
///
/// @param kind what happened
/// @param nanos when, by `System.nanoTime()`
/// @param port the port of the peer; 0 if it has none
/// @param amount bytes, where bytes were moved
/// @param threadId the thread that served it: the platform thread under a coroutine of a loop; 0: none
/// @param thread the name of that thread, or of the loop
/// @param text why; empty where there is nothing to say
public record TimelineEvent(TimelineEventKind kind, long nanos, int port, long amount, long threadId, String thread,
        String text) {}
