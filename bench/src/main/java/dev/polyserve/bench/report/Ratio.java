package dev.polyserve.bench.report;

import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.MinMedianMax;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// The ratio of one contender's figure to another's, round by round. The two turns of a round run one after the other,
/// so that a disturbance of the machine affects both and cancels out.
///
/// @param rounds number of rounds of both
/// @param above in how many of them the ratio is above 1
/// @param spread of the ratios
/// @param low lower end of the confidence interval of the true median, at 93 % or more; with fewer than five rounds the
///         smallest ratio, which is less certain
/// @param high upper end of that interval
/// @param apart true when the gap between the two ranges of figures, unpaired, is at least as wide as the wider range
record Ratio(int rounds, int above, MinMedianMax spread, double low, double high, boolean apart) {
    /// Smaller differences are not claimed, however quiet the rounds are: memory layout, start order and the host of a
    /// virtual machine cause such differences.
    static final double LEAST_CLAIMED = 0.05;
    /// With fewer rounds the noise is not known well enough to call two contenders equal, or to compare them pair by
    /// pair.
    static final int LEAST_ROUNDS = 3;
    /// A single round gives no information about noise.
    private static final int LEAST_ROUNDS_APART = 2;
    /// The maximum deviation of the rounds for which "no difference" is claimed.
    private static final double MAX_EQUAL_DEVIATION = 0.10;
    private static final double CONFIDENCE = 0.93;

    /// The ratio over the common rounds; empty when there is none, or a figure is not positive.
    static Optional<Ratio> of(ContenderResults entry, ContenderResults base, BenchMetric metric) {
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

    /// The ratio of at least one pair of figures, all positive.
    static Ratio of(List<Double> figures, List<Double> bases) {
        List<Double> sorted = IntStream.range(0, figures.size()).mapToObj(i -> figures.get(i) / bases.get(i)).sorted()
                .toList();
        int outside = outside(sorted.size());
        int above = (int) sorted.stream().filter(ratio -> ratio > 1).count();
        return new Ratio(sorted.size(), above, MinMedianMax.of(sorted), sorted.get(outside),
                sorted.get(sorted.size() - 1 - outside), apart(MinMedianMax.of(figures), MinMedianMax.of(bases)));
    }

    /// True when the gap between two ranges is at least as wide as the wider of them.
    private static boolean apart(MinMedianMax one, MinMedianMax other) {
        double gap = Math.max(one.least() - other.most(), other.least() - one.most());
        return gap > 0 && gap >= Math.max(one.most() - one.least(), other.most() - other.least());
    }

    double median() {
        return spread.median();
    }

    /// The distance of the median from 1: 0.25 for 1.25 times, and for 0.8 times.
    double distance() {
        return Math.max(median(), 1 / median()) - 1;
    }

    /// `0.77`; `~0.97` where the difference may be noise.
    String brief() {
        return (claim() == Claim.DIFFERENT || median() == 1 ? "" : "~") + ReportFormat.times(median());
    }

    /// `0.77 (0.75–0.79)`: with minimum and maximum.
    String full() {
        return brief() + " (" + ReportFormat.times(spread.least()) + "–" + ReportFormat.times(spread.most()) + ")";
    }

    /// The conclusion that the rounds support.
    Claim claim() {
        if (rounds < LEAST_ROUNDS) {
            return rounds >= LEAST_ROUNDS_APART && apart && distance() >= LEAST_CLAIMED
                    ? Claim.DIFFERENT
                    : Claim.UNKNOWN;
        }
        if (distance() >= LEAST_CLAIMED) {
            return low > 1 || high < 1 ? Claim.DIFFERENT : Claim.UNKNOWN;
        }
        return high <= 1 + MAX_EQUAL_DEVIATION && low >= 1 / (1 + MAX_EQUAL_DEVIATION) ? Claim.SAME : Claim.UNKNOWN;
    }

    /// The number of sorted ratios at either end that the confidence interval leaves out: the true median lies below
    /// the k-th of n values with the probability that a fair coin, tossed n times, shows fewer than k heads.
    private static int outside(int count) {
        int outside = 0;
        double ways = 1;
        double tail = 1;
        double all = Math.pow(2, count);
        while (outside + 1 < count - outside - 1) {
            ways = ways * (count - outside) / (outside + 1);
            tail += ways;
            if (1 - 2 * tail / all < CONFIDENCE) {
                break;
            }
            outside++;
        }
        return outside;
    }

    /// The conclusion about two contenders.
    enum Claim {
        /// One is better, by more than the noise.
        DIFFERENT,
        /// Any difference is too small to matter.
        SAME,
        /// The rounds disagree, or are too few.
        UNKNOWN
    }
}
