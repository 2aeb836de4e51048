package dev.polyserve.bench.report;

import dev.polyserve.bench.result.Entry;
import dev.polyserve.bench.result.Metric;
import dev.polyserve.bench.result.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// How many times another's figure one's figure is, round by round: round i of both ran one after the other, so that
/// what the machine did meanwhile touched both and falls out of their ratio.
///
/// @param rounds how many both took part in
/// @param spread of the ratios
/// @param low the lower end of where the true median lies with 93 % certainty, or better; with fewer than five rounds
///         the smallest ratio, which is less certain
/// @param high the upper end of it
/// @param apart whether the figures themselves, unpaired, lie further apart than those of either scatter
record Ratio(int rounds, Spread spread, double low, double high, boolean apart) {
    /// Differences below this are not claimed, however quiet the rounds look: the layout of memory, the order of
    /// starting and the host of a virtual machine make such differences.
    static final double LEAST_CLAIMED = 0.05;
    /// Fewer rounds tell too little about noise to call two contenders alike, or to compare them pair by pair.
    static final int LEAST_ROUNDS = 3;
    /// One round tells nothing about noise.
    private static final int LEAST_ROUNDS_APART = 2;
    /// How far the rounds may lie apart where "no difference" is claimed.
    private static final double QUIET = 0.10;
    private static final double CERTAINTY = 0.93;

    /// Of the rounds that both have; empty when there is none, or a figure is not positive.
    static Optional<Ratio> of(Entry entry, Entry base, Metric metric) {
        List<Double> figures = new ArrayList<>();
        List<Double> bases = new ArrayList<>();
        for (int round = 0; round < Math.min(entry.rounds().size(), base.rounds().size()); round++) {
            Double above = entry.rounds().get(round).metrics().get(metric);
            Double below = base.rounds().get(round).metrics().get(metric);
            if (above != null && below != null && above > 0 && below > 0) {
                figures.add(above);
                bases.add(below);
            }
        }
        return figures.isEmpty() ? Optional.empty() : Optional.of(of(figures, bases));
    }

    /// Of at least one round; all figures are positive.
    static Ratio of(List<Double> figures, List<Double> bases) {
        List<Double> sorted = IntStream.range(0, figures.size()).mapToObj(i -> figures.get(i) / bases.get(i)).sorted()
                .toList();
        int outside = outside(sorted.size());
        return new Ratio(sorted.size(), Spread.of(sorted), sorted.get(outside),
                sorted.get(sorted.size() - 1 - outside), apart(Spread.of(figures), Spread.of(bases)));
    }

    /// Whether the gap between two ranges is at least as wide as the wider of them.
    private static boolean apart(Spread one, Spread other) {
        double gap = Math.max(one.least() - other.most(), other.least() - one.most());
        return gap > 0 && gap >= Math.max(one.most() - one.least(), other.most() - other.least());
    }

    double median() {
        return spread.median();
    }

    /// How far the median is from "the same": 0.25 for 1.25 times, and for 0.8 times.
    double distance() {
        return Math.max(median(), 1 / median()) - 1;
    }

    /// `0.77`; `~0.97` where the difference may be noise.
    String brief() {
        return (claim() == Claim.DIFFERENT || median() == 1 ? "" : "~") + Phrases.times(median());
    }

    /// `0.77 (0.75–0.79)`: with the least and the most.
    String full() {
        return brief() + " (" + Phrases.times(spread.least()) + "–" + Phrases.times(spread.most()) + ")";
    }

    /// What can be said.
    Claim claim() {
        if (rounds < LEAST_ROUNDS) {
            return rounds >= LEAST_ROUNDS_APART && apart && distance() >= LEAST_CLAIMED
                    ? Claim.DIFFERENT
                    : Claim.UNKNOWN;
        }
        if (distance() >= LEAST_CLAIMED) {
            return low > 1 || high < 1 ? Claim.DIFFERENT : Claim.UNKNOWN;
        }
        return high <= 1 + QUIET && low >= 1 / (1 + QUIET) ? Claim.SAME : Claim.UNKNOWN;
    }

    /// How many of the sorted ratios at either end may be left out: the median of what is measured lies below the
    /// k-th of n values with the probability that a fair coin, tossed n times, shows fewer than k heads.
    private static int outside(int count) {
        int outside = 0;
        double ways = 1;
        double tail = 1;
        double all = Math.pow(2, count);
        while (outside + 1 < count - outside - 1) {
            ways = ways * (count - outside) / (outside + 1);
            tail += ways;
            if (1 - 2 * tail / all < CERTAINTY) {
                break;
            }
            outside++;
        }
        return outside;
    }

    /// What the rounds allow to say about two contenders.
    enum Claim {
        /// One is better, by more than the noise.
        DIFFERENT,
        /// Whatever difference there is, it is too small to matter.
        SAME,
        /// The rounds disagree, or are too few.
        UNKNOWN
    }
}
