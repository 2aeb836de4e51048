package dev.polyserve.bench.load;

/// When the next request is sent.
public sealed interface Pacing {
    /// As soon as an earlier one of the same connection was answered.
    ///
    /// @param depth how many are under way per connection
    record Closed(int depth) implements Pacing {}

    /// At its time, whatever became of the earlier ones: a stall delays the requests that fall into it, and their latency,
    /// counted from that time, shows it.
    ///
    /// @param requestsPerSecond on all connections together
    record Open(double requestsPerSecond) implements Pacing {}
}
