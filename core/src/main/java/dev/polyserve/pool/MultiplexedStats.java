package dev.polyserve.pool;

/// The figures of a [MultiplexedClient] at one moment. Implemented by the library, which may add figures in a later version.
///
/// **Thread**: any.
public interface MultiplexedStats {
    /// Requests whose answer has not arrived, including those whose callers wait no more.
    int inFlight();

    /// [#inFlight] whose callers wait no more.
    int expired();

    /// Connections begun so far.
    long connected();

    /// Requests answered in time.
    long answered();

    /// Answers that came after their callers had stopped waiting.
    long late();

    /// Messages with an id that no request had.
    long unasked();

    /// Requests that failed with their connection.
    long failed();
}
