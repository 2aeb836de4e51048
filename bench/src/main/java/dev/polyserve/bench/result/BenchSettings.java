package dev.polyserve.bench.result;

/// The settings that a benchmark ran with.
///
/// @param endpoint `tcp`, `unix` or `udp`
/// @param connections number of concurrent connections
/// @param requestBytes size of a request, and of its reply
/// @param depth outstanding requests per connection in a closed loop
/// @param rounds number of turns of each contender
/// @param warmupSeconds maximum duration of the warm-up
/// @param roundSeconds duration of a turn
/// @param multiplicationsPerMilli length of the chain of multiplications that counts as a millisecond of computing, the
///         same for all contenders; 0 when no workload computes
public record BenchSettings(String endpoint, int connections, int requestBytes, int depth, int rounds,
        double warmupSeconds,
        double roundSeconds, long multiplicationsPerMilli) {}
