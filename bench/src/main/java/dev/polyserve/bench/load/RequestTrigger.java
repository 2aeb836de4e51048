package dev.polyserve.bench.load;

/// What triggers a client's requests: the pacing of the run, the previous reply, or nothing.
enum RequestTrigger {
    /// The pacing of the run.
    PACED,
    /// The client itself: one request is always outstanding, whatever the pacing.
    BUSY,
    /// Nothing: the client sends no requests.
    SILENT
}
