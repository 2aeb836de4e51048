package dev.polyserve.bench.report;

import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ComparisonResult.Load;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchEnvironment;
import dev.polyserve.bench.result.LatencyPoint;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.BenchResults;
import dev.polyserve.bench.result.RoundResult;
import dev.polyserve.bench.result.BenchSettings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Made-up results that cover every case of a report.
final class SampleResults {
    static final String MARKUP = "<script>alert('x')</script> & \"co\"";
    /// The deviation of each round from the median.
    private static final double[] NOISE = {0.003, -0.009, 0, 0.012, -0.004};

    private SampleResults() {}

    static BenchResults rich() {
        return results(true,
                List.of(echo(), echoAt(22_000, 0.5), echoAt(39_600, 0.9), pipeline(), idle(), slowReader()));
    }

    /// The results of an earlier benchmark, on a slower machine.
    static BenchResults earlier() {
        BenchResults now = rich();
        BenchEnvironment here = now.environment();
        BenchEnvironment there = new BenchEnvironment("AMD EPYC 7543", here.processors(), here.memoryBytes(),
                here.system(),
                here.placement(), Map.of("polyserve", "0.1.0", "java", "25.0.2+7 (Temurin)", "python", "3.11.2"));
        ComparisonResult echo = closed("echo", entry("thread", 63_100, 12, 405, 3_850).build(),
                entry("virtual", 84_700, 9.2, 215, 1_210).build(), entry("epoll", 74_200, 7.4, 260, 1_050).build());
        return new BenchResults(BenchResults.FORMAT, Instant.parse("2026-11-02T09:00:00Z"), 301, true, now.command(),
                there,
                now.settings(), List.of(echo, now.comparisons().get(3)));
    }

    static BenchResults results(boolean complete, List<ComparisonResult> comparisons) {
        return new BenchResults(BenchResults.FORMAT, Instant.parse("2026-11-20T14:05:00Z"), 493.2, complete,
                "polyserve bench --models epoll,virtual,thread --workload echo,pipeline,idle --against '<peer> \"x\"'",
                environment(), settings(5), comparisons);
    }

    /// The same results of this many connections.
    static BenchResults withConnections(int connections, BenchResults of) {
        BenchSettings settings = of.settings();
        return new BenchResults(of.format(), of.startedAt(), of.tookSeconds(), of.complete(), of.command(),
                of.environment(),
                new BenchSettings(settings.endpoint(), connections, settings.requestBytes(), settings.depth(),
                        settings.rounds(), settings.warmupSeconds(), settings.roundSeconds(),
                        settings.multiplicationsPerMilli()),
                of.comparisons());
    }

    static BenchEnvironment environment() {
        return new BenchEnvironment("AMD EPYC 7763 64-Core Processor", 2, 8_200_000_000L, "Linux 6.18.5",
                "contenders on processor 0, generator on processor 1",
                Map.of("polyserve", "0.1.0", "java", "25.0.3+9 (Temurin)", "python", "3.11.2"));
    }

    static BenchSettings settings(int rounds) {
        return new BenchSettings("tcp", 100, 64, 1, rounds, 20, 10, 0);
    }

    static ComparisonResult echo() {
        return closed("echo", entry("thread", 62_700, 12.1, 410, 3_900).build(),
                entry("virtual", 78_100, 9.3, 250, 1_450).build(), entry("epoll", 81_300, 6.1, 235, 820).build(),
                entry("process-pool", 81_900, 6.6, 240, 990).noise(14).build(),
                entry(MARKUP, 44_000, 18.4, 800, 5_200).remark("It is <b>not</b> tuned.").build(),
                entry("asyncio", 21_000, 40, 2_200, 9_000).rounds(2)
                        .failure("it closed 3 connections in the middle of a reply; look at its own log").build());
    }

    private static ComparisonResult echoAt(double rate, double share) {
        double strain = 1 / (1.05 - share);
        return new ComparisonResult("echo", Load.OPEN, rate, share, List.of(
                entry("thread", rate, 12.4, 95 * strain, 900 * strain).curve().build(),
                entry("virtual", rate, 9.9, 70 * strain, 310 * strain).curve().build(),
                entry("epoll", rate, 6.4, 62 * strain, 160 * strain).curve().build(),
                entry(MARKUP, share > 0.8 ? rate * 0.9 : rate, 18.9, 160 * strain, 2_400 * strain).curve().build()));
    }

    private static ComparisonResult pipeline() {
        return closed("pipeline", entry("epoll", 912_000, 0.61, 1_700, 2_300).bound().build(),
                entry("virtual", 905_000, 0.83, 1_720, 2_450).bound().build(),
                entry("thread", 611_000, 1.6, 2_500, 6_100).build());
    }

    private static ComparisonResult idle() {
        return new ComparisonResult("idle", Load.CLOSED, 0, 0, List.of(
                entry("epoll", 9_800, 7, 99, 400).per(310, 280, 2_700).build(),
                entry("virtual", 9_700, 10, 105, 500).per(3_190, 2_960, 2_700).build(),
                entry("thread", 9_500, 14, 140, 1_500).per(18_400, 650, 2_750).build()));
    }

    private static ComparisonResult slowReader() {
        return closed("slow-reader",
                entry("epoll", 70_100, 6.6, 260, 900).metric(BenchMetric.RSS_GROWTH_BYTES, 2.1e6).build(),
                entry("thread", 69_800, 12.6, 300, 2_900).metric(BenchMetric.RSS_GROWTH_BYTES, 310e6).build());
    }

    static ComparisonResult closed(String workload, ContenderResults... entries) {
        return new ComparisonResult(workload, Load.CLOSED, 0, 0, List.of(entries));
    }

    static Draft entry(String contender, double requestsPerSecond, double cpuMicros, double p50, double p99) {
        return new Draft(contender).metric(BenchMetric.REQUESTS_PER_SECOND, requestsPerSecond)
                .metric(BenchMetric.CPU_MICROS_PER_REQUEST, cpuMicros)
                .metric(BenchMetric.CPU_USED, Math.min(1, requestsPerSecond * cpuMicros / 1e6))
                .metric(BenchMetric.SYSTEM_CALLS_PER_REQUEST, cpuMicros / 3).metric(BenchMetric.P50, p50)
                .metric(BenchMetric.P99, p99)
                .metric(BenchMetric.P999, p99 * 2.2).metric(BenchMetric.MAX, p99 * 6)
                .metric(BenchMetric.RSS_BYTES, 41e6 + 1e5 * cpuMicros).metric(BenchMetric.THREADS, 14)
                .metric(BenchMetric.GENERATOR_SHARE, 0.62);
    }

    /// The figures of one contender: the median of each metric, with noise.
    static final class Draft {
        private final String contender;
        private final Map<BenchMetric, Double> middle = new EnumMap<>(BenchMetric.class);
        private final List<String> remarks = new ArrayList<>();
        private List<LatencyPoint> curve = List.of();
        private int rounds = NOISE.length;
        private double noise = 1;
        private boolean bound;
        private @Nullable String failure;

        Draft(String contender) {
            this.contender = contender;
        }

        Draft metric(BenchMetric metric, double value) {
            middle.put(metric, value);
            return this;
        }

        Draft per(double rss, double heap, double kernel) {
            return metric(BenchMetric.RSS_BYTES_PER_CONNECTION, rss).metric(BenchMetric.HEAP_BYTES_PER_CONNECTION, heap)
                    .metric(BenchMetric.KERNEL_BYTES_PER_CONNECTION, kernel);
        }

        Draft rounds(int count) {
            rounds = count;
            return this;
        }

        /// Multiplies the noise by this factor.
        Draft noise(double factor) {
            noise = factor;
            return this;
        }

        Draft bound() {
            bound = true;
            return this;
        }

        Draft failure(String sentence) {
            failure = sentence;
            return this;
        }

        Draft remark(String sentence) {
            remarks.add(sentence);
            return this;
        }

        /// A curve through the 50th and the 99th percentile.
        Draft curve() {
            double p50 = middle.getOrDefault(BenchMetric.P50, 1.0);
            double steepness = Math.log(middle.getOrDefault(BenchMetric.P99, 1.0) / p50) / (2 - Math.log10(2));
            curve = new ArrayList<>();
            for (double nines = 0; nines <= 4.6; nines += 0.1) {
                curve.add(new LatencyPoint(100 * (1 - Math.pow(10, -nines)),
                        p50 * Math.exp(steepness * (nines - Math.log10(2)))));
            }
            curve.add(new LatencyPoint(100, curve.getLast().micros()));
            return this;
        }

        ContenderResults build() {
            List<RoundResult> turns = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                Map<BenchMetric, Double> metrics = new EnumMap<>(BenchMetric.class);
                for (Map.Entry<BenchMetric, Double> one : middle.entrySet()) {
                    double shift = NOISE[(round + contender.length() + one.getKey().label().length()) % NOISE.length];
                    boolean exact = one.getKey() == BenchMetric.THREADS || one.getKey() == BenchMetric.GENERATOR_SHARE;
                    metrics.put(one.getKey(), exact ? one.getValue() : one.getValue() * (1 + noise * shift));
                }
                turns.add(new RoundResult(metrics, bound));
            }
            return new ContenderResults(contender, turns, curve, failure, remarks);
        }
    }
}
