package dev.polyserve.bench;

import java.time.Duration;

/// Hears how a benchmark gets on.
///
/// **Thread**: the one that runs it.
public interface BenchListener {
    /// Something begins.
    ///
    /// @param what in a few words
    /// @param left how long everything will still take, about
    void begins(String what, Duration left);

    /// Something that a reader should know, in one sentence.
    void note(String sentence);
}
