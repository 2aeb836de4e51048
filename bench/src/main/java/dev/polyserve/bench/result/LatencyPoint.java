package dev.polyserve.bench.result;

/// A point of the latency curve: `percentile` per cent of the requests took no longer than `micros`.
///
/// @param percentile from 0 to 100
/// @param micros in microseconds
public record LatencyPoint(double percentile, double micros) {}
