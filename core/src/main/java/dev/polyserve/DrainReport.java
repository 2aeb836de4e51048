package dev.polyserve;

import java.time.Duration;

/// The outcome of a server's drain.
///
/// @param finished connections that ended by themselves in time
/// @param aborted connections that the drain aborted at the deadline
/// @param took how long it took
public record DrainReport(long finished, long aborted, Duration took) {}
