package dev.polyserve.bench.report;

import dev.polyserve.bench.result.Comparison;
import dev.polyserve.bench.result.Results;
import java.util.List;
import java.util.stream.Stream;

/// What the results say, in plain language: a finding for each comparison, and what limits all of them.
///
/// A difference is claimed only where the rounds agree on it and it is at least 5 %: see `Ratio`.
///
/// **Thread**: any.
///
/// @param findings in the order of the comparisons
/// @param remarks on the whole run, a sentence each; most runs have none
public record Verdict(List<Finding> findings, List<String> remarks) {
    /// Keeps copies.
    public Verdict {
        findings = List.copyOf(findings);
        remarks = List.copyOf(remarks);
    }

    /// What these results say.
    public static Verdict of(Results results) {
        List<Finding> findings = results.comparisons().stream().map(Findings::of).toList();
        return new Verdict(findings, Stream.of(nothing(results), interrupted(results), fewRounds(results))
                .flatMap(List::stream).toList());
    }

    private static List<String> nothing(Results results) {
        return results.comparisons().isEmpty() ? List.of("Nothing was measured.") : List.of();
    }

    private static List<String> interrupted(Results results) {
        return results.complete()
                ? List.of()
                : List.of("The run was interrupted: these are the rounds that were finished by then.");
    }

    private static List<String> fewRounds(Results results) {
        int rounds = results.comparisons().stream().map(Comparison::entries).flatMap(List::stream)
                .mapToInt(entry -> entry.rounds().size()).max().orElse(0);
        if (rounds >= Ratio.LEAST_ROUNDS || rounds == 0) {
            return List.of();
        }
        return List.of(rounds == 1
                ? "One round tells nothing about noise, so no difference is claimed: ask for more with --rounds."
                : "With two rounds a difference is claimed only where the figures lie further apart than they scatter: "
                        + "ask for more with --rounds.");
    }

    /// What one comparison says.
    ///
    /// @param workload its name
    /// @param question what it asks, as a heading: `capacity`, `latency at 20,000 requests/s`
    /// @param best who is best, or all whom nothing tells apart from the best where that is everyone; empty when
    ///         nobody has a figure
    /// @param figure the best one's, with its unit; empty when nobody has one
    /// @param others how the others compare with it, a clause each
    /// @param caveats what a reader must know beside that, a sentence each
    public record Finding(String workload, String question, String best, String figure, List<String> others,
            List<String> caveats) {
        /// Keeps copies.
        public Finding {
            others = List.copyOf(others);
            caveats = List.copyOf(caveats);
        }

        /// In one sentence, without the caveats: `echo, capacity: epoll (81,300 requests/s); virtual is within 4 %.`
        public String sentence() {
            String who = figure.isEmpty() ? best : best + " (" + figure + ")";
            return workload + ", " + question + ": "
                    + String.join("; ",
                            Stream.concat(Stream.of(who), others.stream()).filter(s -> !s.isEmpty()).toList())
                    + ".";
        }
    }
}
