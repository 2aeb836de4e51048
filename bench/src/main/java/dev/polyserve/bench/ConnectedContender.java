package dev.polyserve.bench;

import dev.polyserve.bench.contender.ResourceFootprint;
import dev.polyserve.bench.contender.RunningContender;
import dev.polyserve.bench.contender.ResourceUsage;
import dev.polyserve.bench.load.LoadGenerator;
import dev.polyserve.bench.load.MeasurementException;
import dev.polyserve.bench.load.RequestPacing;
import dev.polyserve.bench.load.LoadRunResult;
import dev.polyserve.bench.result.BenchMetric;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A running contender with the load generator's clients connected to it.
///
/// **Thread**: the benchmark's.
final class ConnectedContender implements AutoCloseable {
    private static final double NANOS_PER_MICRO = 1e3;
    private static final double MICROS_PER_SECOND = 1e6;

    private final String name;
    private final RunningContender running;
    private final LoadGenerator load;
    private final MemorySnapshot before;

    /// @param before the contender's memory before its clients connected
    ConnectedContender(String name, RunningContender running, LoadGenerator load, MemorySnapshot before) {
        this.name = name;
        this.running = running;
        this.load = load;
        this.before = before;
    }

    String name() {
        return name;
    }

    RunningContender running() {
        return running;
    }

    /// The contender's memory before its clients connected.
    MemorySnapshot before() {
        return before;
    }

    /// The contender's memory now.
    MemorySnapshot memory() throws InterruptedException {
        return MemorySnapshot.at(running);
    }

    /// Runs the load for one turn. Usage and load are sampled at the same two moments.
    Turn turn(RequestPacing pacing, Duration leadIn, Duration counted)
            throws MeasurementException, InterruptedException {
        LoadGenerator.Run run = load.begin(pacing, leadIn, counted);
        sleepUntil(run.fromNanos());
        ResourceUsage before = running.usage(load::answered);
        sleepUntil(run.toNanos());
        ResourceUsage after = running.usage(load::answered);
        LoadRunResult recording = run.await();
        Map<BenchMetric, Double> metrics = metrics(recording, before, after, counted);
        ResourceFootprint footprint = running.footprint();
        footprint.rssBytes().ifPresent(bytes -> metrics.put(BenchMetric.RSS_BYTES, (double) bytes));
        footprint.threads().ifPresent(threads -> metrics.put(BenchMetric.THREADS, (double) threads));
        footprint.descriptors().ifPresent(open -> metrics.put(BenchMetric.DESCRIPTORS, (double) open));
        return new Turn(metrics, recording);
    }

    /// Runs the load without sampling the contender's usage.
    LoadRunResult run(RequestPacing pacing, Duration leadIn, Duration counted) throws MeasurementException {
        return load.begin(pacing, leadIn, counted).await();
    }

    private static void sleepUntil(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(nanos - System.nanoTime());
    }

    private static Map<BenchMetric, Double> metrics(LoadRunResult recording, ResourceUsage before, ResourceUsage after,
            Duration counted) {
        Map<BenchMetric, Double> metrics = new EnumMap<>(BenchMetric.class);
        metrics.put(BenchMetric.REQUESTS_PER_SECOND, recording.requestsPerSecond());
        if (recording.heavyAnswered() > 0) {
            metrics.put(BenchMetric.HEAVY_PER_SECOND, recording.heavyPerSecond());
        }
        metrics.put(BenchMetric.GENERATOR_SHARE, recording.generatorShare());
        if (recording.latencyNanos().getTotalCount() > 0) {
            metrics.put(BenchMetric.P50, recording.percentileMicros(50));
            metrics.put(BenchMetric.P99, recording.percentileMicros(99));
            metrics.put(BenchMetric.P999, recording.percentileMicros(99.9));
            metrics.put(BenchMetric.MAX, recording.percentileMicros(100));
        }
        if (recording.lost() > 0) {
            metrics.put(BenchMetric.LOST_SHARE, (double) recording.lost() / (recording.lost() + recording.answered()));
        }
        ResourceUsage.Cost cost = after.since(before);
        // On a machine that delays this thread, both samples may be taken at the end of the turn.
        if (cost.elapsedNanos() > counted.toNanos() / 2) {
            perRequest(metrics, cost);
        }
        return metrics;
    }

    private static void perRequest(Map<BenchMetric, Double> metrics, ResourceUsage.Cost cost) {
        @Nullable
        Double heavyPerSecond = metrics.get(BenchMetric.HEAVY_PER_SECOND);
        cost.cpuNanos().ifPresent(nanos -> {
            double used = (double) nanos / cost.elapsedNanos();
            metrics.put(BenchMetric.CPU_USED, used);
            if (heavyPerSecond != null) {
                metrics.put(BenchMetric.CPU_MICROS_PER_HEAVY, used * MICROS_PER_SECOND / heavyPerSecond);
            } else if (cost.counted() > 0) {
                metrics.put(BenchMetric.CPU_MICROS_PER_REQUEST, nanos / NANOS_PER_MICRO / cost.counted());
            }
        });
        cost.contextSwitches().ifPresent(switches -> {
            if (cost.counted() > 0) {
                metrics.put(BenchMetric.CONTEXT_SWITCHES_PER_REQUEST, (double) switches / cost.counted());
            }
        });
    }

    @Override
    public void close() {
        load.close();
        running.close();
    }

    /// The results of one turn.
    ///
    /// @param metrics the figures of the turn
    /// @param recording what the clients recorded
    record Turn(Map<BenchMetric, Double> metrics, LoadRunResult recording) {}
}
