package dev.polyserve.pool;

/// What a pool was given.
///
/// @param most the most connections
/// @param least how many connections the idle limit leaves open
/// @param mostWaiting the most calls that wait at once
/// @param idleNanos how long a connection stays open that nothing uses
/// @param waitNanos how long a call waits for a connection
record PoolSettings(int most, int least, int mostWaiting, long idleNanos, long waitNanos) {}
