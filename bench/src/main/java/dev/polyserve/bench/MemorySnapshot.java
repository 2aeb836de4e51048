package dev.polyserve.bench;

import dev.polyserve.bench.contender.KernelMemory;
import dev.polyserve.bench.contender.RunningContender;
import dev.polyserve.bench.result.BenchMetric;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;

/// The memory of a contender, and of the kernel, at one moment.
///
/// @param rssBytes resident memory of the contender
/// @param heapBytes live Java heap of the contender after a collection
/// @param kernelBytes memory held by the kernel
record MemorySnapshot(OptionalLong rssBytes, OptionalLong heapBytes, OptionalLong kernelBytes) {
    /// A snapshot that was not taken.
    static final MemorySnapshot UNKNOWN = new MemorySnapshot(OptionalLong.empty(), OptionalLong.empty(),
            OptionalLong.empty());

    static MemorySnapshot at(RunningContender running) throws InterruptedException {
        // The collection comes first: it also changes how much memory is resident.
        OptionalLong heap = running.liveHeapBytes();
        OptionalLong kernel = KernelMemory.now().map(KernelMemory::totalBytes).map(OptionalLong::of)
                .orElse(OptionalLong.empty());
        return new MemorySnapshot(running.footprint().rssBytes(), heap, kernel);
    }

    /// The memory that each of this many connections added since an earlier snapshot.
    Map<BenchMetric, Double> perConnectionSince(MemorySnapshot before, int connections) {
        Map<BenchMetric, Double> metrics = new EnumMap<>(BenchMetric.class);
        put(metrics, BenchMetric.RSS_BYTES_PER_CONNECTION, before.rssBytes, rssBytes, connections);
        put(metrics, BenchMetric.HEAP_BYTES_PER_CONNECTION, before.heapBytes, heapBytes, connections);
        put(metrics, BenchMetric.KERNEL_BYTES_PER_CONNECTION, before.kernelBytes, kernelBytes, connections);
        return metrics;
    }

    /// The growth of resident memory since an earlier snapshot.
    Map<BenchMetric, Double> growthSince(MemorySnapshot before) {
        Map<BenchMetric, Double> metrics = new EnumMap<>(BenchMetric.class);
        put(metrics, BenchMetric.RSS_GROWTH_BYTES, before.rssBytes, rssBytes, 1);
        return metrics;
    }

    private static void put(Map<BenchMetric, Double> metrics, BenchMetric metric, OptionalLong before,
            OptionalLong after, int among) {
        if (before.isPresent() && after.isPresent()) {
            metrics.put(metric, (double) (after.getAsLong() - before.getAsLong()) / among);
        }
    }
}
