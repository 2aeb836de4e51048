package dev.polyserve.bench.result;

/// What was asked for.
///
/// @param endpoint `tcp`, `unix` or `udp`
/// @param connections how many at once
/// @param requestBytes the size of a request and of its reply
/// @param depth requests under way per connection in a closed loop
/// @param rounds turns of each contender
/// @param warmupSeconds the longest warm-up
/// @param roundSeconds the length of a turn
/// @param multiplicationsPerMilli how long a chain of multiplications stands for a millisecond of computing, the same for all
///        contenders; 0 where none computes
public record BenchSettings(String endpoint, int connections, int requestBytes, int depth, int rounds,
        double warmupSeconds,
        double roundSeconds, long multiplicationsPerMilli) {}
