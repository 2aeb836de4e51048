package dev.polyserve.bench;

import dev.polyserve.bench.load.LoadRunResult;
import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.RoundResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The results of one workload while it runs; always holds everything measured so far.
///
/// **Thread**: the benchmark's.
final class LiveResults {
    private final Workload workload;
    private final ComparisonResult.Load load;
    private final double requestsPerSecond;
    private final double shareOfWeakest;
    private final Map<String, Line> lines = new LinkedHashMap<>();

    private LiveResults(Workload workload, ComparisonResult.Load load, double requestsPerSecond, double shareOfWeakest,
            List<String> contenders) {
        this.workload = workload;
        this.load = load;
        this.requestsPerSecond = requestsPerSecond;
        this.shareOfWeakest = shareOfWeakest;
        contenders.forEach(name -> lines.put(name, new Line()));
    }

    static LiveResults closed(Workload workload, List<String> contenders) {
        return new LiveResults(workload, ComparisonResult.Load.CLOSED, 0, 0, contenders);
    }

    static LiveResults open(Workload workload, double requestsPerSecond, double shareOfWeakest,
            List<String> contenders) {
        return new LiveResults(workload, ComparisonResult.Load.OPEN, requestsPerSecond, shareOfWeakest, contenders);
    }

    /// Adds the results of a finished round.
    void add(String contender, Map<BenchMetric, Double> metrics, LoadRunResult recording) {
        Line line = line(contender);
        line.rounds.add(new RoundResult(metrics, recording.generatorBound()));
        line.recordings.add(recording);
    }

    /// Adds figures that are measured once to the contender's first round.
    void addOnce(String contender, Map<BenchMetric, Double> metrics) {
        Line line = line(contender);
        if (!line.rounds.isEmpty()) {
            RoundResult first = line.rounds.getFirst();
            Map<BenchMetric, Double> all = new LinkedHashMap<>(first.metrics());
            all.putAll(metrics);
            line.rounds.set(0, new RoundResult(all, first.generatorBound()));
        }
    }

    void remark(String contender, String sentence) {
        line(contender).remarks.add(sentence);
    }

    void fail(String contender, String sentence) {
        Line line = line(contender);
        if (line.failure == null) {
            line.failure = sentence;
        }
    }

    /// The median of the contender's requests per second; empty when it has not completed a round.
    OptionalDouble capacity(String contender) {
        return entry(contender, line(contender)).spread(BenchMetric.REQUESTS_PER_SECOND)
                .map(spread -> OptionalDouble.of(spread.median())).orElse(OptionalDouble.empty());
    }

    ComparisonResult comparison() {
        List<ContenderResults> entries = new ArrayList<>();
        lines.forEach((name, line) -> entries.add(entry(name, line)));
        return new ComparisonResult(workload.id(), load, requestsPerSecond, shareOfWeakest, entries);
    }

    private static ContenderResults entry(String name, Line line) {
        return new ContenderResults(name, line.rounds, LoadRunResult.curve(line.recordings), line.failure,
                List.copyOf(line.remarks));
    }

    private Line line(String contender) {
        Line line = lines.get(contender);
        if (line == null) {
            throw new IllegalArgumentException("no contender " + contender);
        }
        return line;
    }

    private static final class Line {
        private final List<RoundResult> rounds = new ArrayList<>();
        private final List<LoadRunResult> recordings = new ArrayList<>();
        private final Set<String> remarks = new LinkedHashSet<>();
        private @Nullable String failure;
    }
}
