package dev.polyserve.relay;

/// How many bytes a relay has copied.
///
/// @param toSecond from the first connection to the second one
/// @param toFirst from the second connection to the first one
public record RelayedBytes(long toSecond, long toFirst) {}
