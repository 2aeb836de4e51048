package dev.polyserve.bench;

import dev.polyserve.bench.contender.KernelMemory;
import dev.polyserve.bench.contender.RunningContender;
import dev.polyserve.bench.result.Metric;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;

/// The memory of a contender at one moment, and of the kernel.
///
/// @param rssBytes resident memory
/// @param heapBytes Java heap after a collection
/// @param kernelBytes what the system's kernel holds
record MemorySnapshot(OptionalLong rssBytes, OptionalLong heapBytes, OptionalLong kernelBytes) {
    /// Nobody has looked.
    static final MemorySnapshot UNKNOWN = new MemorySnapshot(OptionalLong.empty(), OptionalLong.empty(),
            OptionalLong.empty());

    static MemorySnapshot at(RunningContender running) throws InterruptedException {
        // The collection first: it also settles how much of the memory is resident.
        OptionalLong heap = running.liveHeapBytes();
        OptionalLong kernel = KernelMemory.now().map(KernelMemory::totalBytes).map(OptionalLong::of)
                .orElse(OptionalLong.empty());
        return new MemorySnapshot(running.footprint().rssBytes(), heap, kernel);
    }

    /// What each of so many connections added since an earlier look.
    Map<Metric, Double> perConnectionSince(MemorySnapshot before, int connections) {
        Map<Metric, Double> metrics = new EnumMap<>(Metric.class);
        put(metrics, Metric.RSS_BYTES_PER_CONNECTION, before.rssBytes, rssBytes, connections);
        put(metrics, Metric.HEAP_BYTES_PER_CONNECTION, before.heapBytes, heapBytes, connections);
        put(metrics, Metric.KERNEL_BYTES_PER_CONNECTION, before.kernelBytes, kernelBytes, connections);
        return metrics;
    }

    /// How much resident memory was added since an earlier look.
    Map<Metric, Double> growthSince(MemorySnapshot before) {
        Map<Metric, Double> metrics = new EnumMap<>(Metric.class);
        put(metrics, Metric.RSS_GROWTH_BYTES, before.rssBytes, rssBytes, 1);
        return metrics;
    }

    private static void put(Map<Metric, Double> metrics, Metric metric, OptionalLong before, OptionalLong after,
            int among) {
        if (before.isPresent() && after.isPresent()) {
            metrics.put(metric, (double) (after.getAsLong() - before.getAsLong()) / among);
        }
    }
}
