package dev.polyserve.bench.report;

import dev.polyserve.bench.result.Entry;
import dev.polyserve.bench.result.Metric;
import dev.polyserve.bench.result.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How many times another's figure one's figure is, round by round: round i of both ran one after the other, so that
/// what the machine did meanwhile touched both and falls out of their ratio.
///
/// @param rounds how many both took part in
/// @param spread of the ratios
/// @param low the lower end of where the true median lies with 93 % certainty, or better; with fewer than five rounds
///         the smallest ratio, which is less certain
/// @param high the upper end of it
record Ratio(int rounds, Spread spread, double low, double high) {
    /// Differences below this are not claimed, however quiet the rounds look: the layout of memory, the order of
    /// starting and the host of a virtual machine make such differences.
    static final double LEAST_CLAIMED = 0.05;
    /// So few rounds tell nothing about noise.
    static final int LEAST_ROUNDS = 3;
    /// How far the rounds may lie apart where "no difference" is claimed.
    private static final double QUIET = 0.10;
    private static final double CERTAINTY = 0.93;

    /// Of the rounds that both have; empty when there is none, or a figure is not positive.
    static Optional<Ratio> of(Entry entry, Entry base, Metric metric) {
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < Math.min(entry.rounds().size(), base.rounds().size()); round++) {
            Double above = entry.rounds().get(round).metrics().get(metric);
            Double below = base.rounds().get(round).metrics().get(metric);
            if (above != null && below != null && above > 0 && below > 0) {
                ratios.add(above / below);
            }
        }
        return ratios.isEmpty() ? Optional.empty() : Optional.of(of(ratios));
    }

    static Ratio of(List<Double> ratios) {
        List<Double> sorted = ratios.stream().sorted().toList();
        int outside = outside(sorted.size());
        return new Ratio(sorted.size(), Spread.of(sorted), sorted.get(outside),
                sorted.get(sorted.size() - 1 - outside));
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
        return (claim() == Claim.DIFFERENT || median() == 1 ? "" : "~") + Prose.times(median());
    }

    /// `0.77 (0.75–0.79)`: with the least and the most.
    String full() {
        return brief() + " (" + Prose.times(spread.least()) + "–" + Prose.times(spread.most()) + ")";
    }

    /// What can be said.
    Claim claim() {
        if (rounds < LEAST_ROUNDS) {
            return Claim.UNKNOWN;
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
