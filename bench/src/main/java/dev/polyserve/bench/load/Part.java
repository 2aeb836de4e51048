package dev.polyserve.bench.load;

/// How a client comes to its requests.
enum Part {
    /// When the pacing says.
    PACED,
    /// One is under way at any time, whatever the pacing.
    BUSY,
    /// It has none.
    SILENT
}
