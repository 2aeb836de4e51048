package dev.polyserve.bench.load;

/// Decides when the load generator sends the next request: closed loop, or open loop at a fixed rate.
public sealed interface RequestPacing {
    /// Closed loop: as soon as an earlier request of the same connection was answered.
    ///
    /// @param depth outstanding requests per connection
    record Closed(int depth) implements RequestPacing {}

    /// Open loop: at fixed times, whether or not earlier requests were answered. Latency counts from the intended time,
    /// so a stall shows in the latency of every request that it delays.
    ///
    /// @param requestsPerSecond rate of all connections together
    record Open(double requestsPerSecond) implements RequestPacing {}
}
