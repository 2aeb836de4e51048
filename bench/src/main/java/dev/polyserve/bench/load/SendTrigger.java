package dev.polyserve.bench.load;

/// What makes a client send requests.
enum SendTrigger {
    /// The pacing of the run.
    PACED,
    /// The client itself: one request is always outstanding, whatever the pacing.
    BUSY,
    /// Nothing: the client sends no requests.
    SILENT
}
