package dev.polyserve.bench;

import java.time.Duration;

/// Receives the progress of a benchmark.
///
/// **Thread**: the thread that runs the benchmark.
public interface BenchProgressListener {
    /// A step of the benchmark begins.
    ///
    /// @param what the step, in a few words
    /// @param left the estimated time until the whole benchmark ends
    void begins(String what, Duration left);

    /// Reports a fact that the user should know, in one sentence.
    void note(String sentence);
}
