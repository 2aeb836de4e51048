package dev.polyserve;

import java.time.Duration;

/// How a server's end went.
///
/// @param finished connections that ended by themselves in time
/// @param aborted connections that were ended at the deadline
/// @param took how long it took
public record DrainReport(long finished, long aborted, Duration took) {}
