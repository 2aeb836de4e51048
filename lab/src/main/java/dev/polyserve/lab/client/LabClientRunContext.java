package dev.polyserve.lab.client;

import dev.polyserve.lab.recording.ClientPortToLaneMap;
import dev.polyserve.lab.recording.LabEventSorter;

/// What all clients of a run use: its start, the receiver of what they see, and the ports of their connections.
///
/// **Thread**: any.
///
/// @param startNanos when the run began, by `System.nanoTime()`
/// @param events receives what the clients see
/// @param numbers receives which connection has which port
public record LabClientRunContext(long startNanos, LabEventSorter events, ClientPortToLaneMap numbers) {
    private static final long NANOS_PER_MICRO = 1_000;

    /// The time since the run's start.
    long micros() {
        return micros(System.nanoTime());
    }

    /// A time of this machine in microseconds since the run's start: all processes of the machine read the same clock, on
    /// Linux `CLOCK_MONOTONIC`.
    ///
    /// @param nanos as of `System.nanoTime()`
    public long micros(long nanos) {
        return Math.floorDiv(nanos - startNanos, NANOS_PER_MICRO);
    }
}
