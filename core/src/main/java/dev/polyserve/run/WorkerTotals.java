package dev.polyserve.run;

/// The counters of a model's worker processes.
///
/// @param datagramsIn datagrams received there
/// @param datagramsOut datagrams sent there
/// @param bufferedBytes the size of the buffers of connections there
/// @param handOffs how often another thread has taken over an event loop there
/// @param restarts how many of the processes were started to replace others that ended unexpectedly, or at a signal
public record WorkerTotals(long datagramsIn, long datagramsOut, long bufferedBytes, long handOffs, long restarts) {
    static final WorkerTotals ZERO = new WorkerTotals(0, 0, 0, 0, 0);
}
