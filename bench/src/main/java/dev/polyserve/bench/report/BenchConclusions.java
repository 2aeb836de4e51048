package dev.polyserve.bench.report;

import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.BenchResults;
import java.util.List;
import java.util.stream.Stream;

/// The conclusions from the results in plain language: a finding for each comparison, and remarks on the whole
/// benchmark.
///
/// A difference is claimed only where the rounds agree on it and it is at least 5 %: see `Ratio`.
///
/// **Thread**: any.
///
/// @param findings in the order of the comparisons
/// @param remarks on the whole benchmark, one sentence each; usually none
public record BenchConclusions(List<Finding> findings, List<String> remarks) {
    /// Copies the lists.
    public BenchConclusions {
        findings = List.copyOf(findings);
        remarks = List.copyOf(remarks);
    }

    /// Draws the conclusions from results.
    public static BenchConclusions of(BenchResults results) {
        List<Finding> findings = results.comparisons().stream().map(ComparisonFindingText::of).toList();
        return new BenchConclusions(findings, Stream.of(nothing(results), interrupted(results), fewRounds(results))
                .flatMap(List::stream).toList());
    }

    private static List<String> nothing(BenchResults results) {
        return results.comparisons().isEmpty() ? List.of("Nothing was measured.") : List.of();
    }

    private static List<String> interrupted(BenchResults results) {
        return results.complete()
                ? List.of()
                : List.of("The run was interrupted: these are the rounds completed before.");
    }

    private static List<String> fewRounds(BenchResults results) {
        int rounds = results.comparisons().stream().map(ComparisonResult::entries).flatMap(List::stream)
                .mapToInt(entry -> entry.rounds().size()).max().orElse(0);
        if (rounds >= Ratio.LEAST_ROUNDS || rounds == 0) {
            return List.of();
        }
        return List.of(rounds == 1
                ? "One round gives no information about noise, so no difference is claimed: use more --rounds."
                : "With two rounds, a difference is claimed only where the gap between the figures exceeds their spread: "
                        + "use more --rounds.");
    }

    /// The conclusion from one comparison.
    ///
    /// @param workload its name
    /// @param question the question it answers, as a heading: `capacity`, `latency at 20,000 requests/s`
    /// @param best the best contender, or "no clear difference" when all are equal; empty when no contender has a
    ///         figure
    /// @param figure the best figure with its unit; empty when there is none
    /// @param others how the others compare with it, one clause each
    /// @param caveats facts that qualify the finding, one sentence each
    public record Finding(String workload, String question, String best, String figure, List<String> others,
            List<String> caveats) {
        /// Copies the lists.
        public Finding {
            others = List.copyOf(others);
            caveats = List.copyOf(caveats);
        }

        /// The finding in one sentence, without the caveats: `echo, capacity: epoll (81,300 requests/s); virtual is
        /// within 4 %.`
        public String sentence() {
            String winner = figure.isEmpty() ? best : best + " (" + figure + ")";
            return workload + ", " + question + ": "
                    + String.join("; ",
                            Stream.concat(Stream.of(winner), others.stream()).filter(s -> !s.isEmpty()).toList())
                    + ".";
        }
    }
}
