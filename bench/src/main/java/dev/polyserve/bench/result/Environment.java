package dev.polyserve.bench.result;

import java.util.Map;

/// Where it was measured.
///
/// @param processor the processor's name
/// @param processors how many this machine has
/// @param memoryBytes how much memory it has
/// @param system the operating system and its kernel
/// @param placement which processors the contenders and the generator had, in words
/// @param versions of ourselves, of Java, and of what else took part
public record Environment(String processor, int processors, long memoryBytes, String system, String placement,
        Map<String, String> versions) {
    /// Keeps a copy.
    public Environment {
        versions = Map.copyOf(versions);
    }
}
