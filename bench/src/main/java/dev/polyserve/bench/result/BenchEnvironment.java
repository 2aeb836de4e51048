package dev.polyserve.bench.result;

import java.util.Map;

/// The machine and software of a measurement.
///
/// @param processor processor name
/// @param processors number of processors of the machine
/// @param memoryBytes memory of the machine
/// @param system operating system and kernel
/// @param placement the processors of contenders and load generator, in words
/// @param versions of polyserve, of Java, and of other software involved
public record BenchEnvironment(String processor, int processors, long memoryBytes, String system, String placement,
        Map<String, String> versions) {
    /// Copies the versions.
    public BenchEnvironment {
        versions = Map.copyOf(versions);
    }
}
