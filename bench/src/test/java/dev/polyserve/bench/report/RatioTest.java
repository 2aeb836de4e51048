package dev.polyserve.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.bench.report.Ratio.Claim;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.RoundResult;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RatioTest {
    @Test
    void aDifferenceOnWhichAllRoundsAgreeIsClaimed() {
        assertThat(ratio(1.30, 1.22, 1.25, 1.09, 1.26).claim()).isEqualTo(Claim.DIFFERENT);
        assertThat(ratio(0.80, 0.78, 0.79, 0.91, 0.70).claim()).isEqualTo(Claim.DIFFERENT);
    }

    @Test
    void aDifferenceOnWhichTheRoundsDisagreeIsNot() {
        assertThat(ratio(1.30, 1.22, 1.25, 0.98, 1.26).claim()).isEqualTo(Claim.UNKNOWN);
    }

    @Test
    void lessThanFivePercentIsNeverClaimed() {
        assertThat(ratio(Collections.nCopies(9, 1.049)).claim()).isEqualTo(Claim.SAME);
        assertThat(ratio(Collections.nCopies(9, 1.051)).claim()).isEqualTo(Claim.DIFFERENT);
    }

    @Test
    void theThresholdIsSymmetric() {
        assertThat(ratio(Collections.nCopies(5, 1 / 1.049)).claim()).isEqualTo(Claim.SAME);
        assertThat(ratio(Collections.nCopies(5, 1 / 1.051)).claim()).isEqualTo(Claim.DIFFERENT);
    }

    @Test
    void equalityIsClaimedOnlyWhereTheRoundsAreClose() {
        assertThat(ratio(1.0, 0.97, 1.02, 1.01, 0.99).claim()).isEqualTo(Claim.SAME);
        assertThat(ratio(1.0, 0.6, 1.5, 1.01, 0.99).claim()).isEqualTo(Claim.UNKNOWN);
    }

    @Test
    void twoRoundsShowADifferenceWhenTheGapExceedsTheSpread() {
        assertThat(Ratio.of(List.of(20.0, 22.0), List.of(99.0, 101.0)).claim()).isEqualTo(Claim.DIFFERENT);
        assertThat(Ratio.of(List.of(80.0, 90.0), List.of(95.0, 120.0)).claim()).as("apart by less")
                .isEqualTo(Claim.UNKNOWN);
        assertThat(Ratio.of(List.of(80.0, 100.0), List.of(95.0, 120.0)).claim()).as("they overlap")
                .isEqualTo(Claim.UNKNOWN);
        assertThat(Ratio.of(List.of(96.0, 96.0), List.of(100.0, 100.0)).claim()).as("less than 5 %")
                .isEqualTo(Claim.UNKNOWN);
        assertThat(Ratio.of(List.of(1.0, 1.0), List.of(1.0, 1.0)).claim()).as("alike").isEqualTo(Claim.UNKNOWN);
    }

    @Test
    void oneRoundClaimsNothing() {
        assertThat(ratio(2.0).claim()).isEqualTo(Claim.UNKNOWN);
        assertThat(ratio(2.0, 2.0, 2.0).claim()).isEqualTo(Claim.DIFFERENT);
    }

    /// The ratio to a constant base.
    private static Ratio ratio(Double... ratios) {
        return ratio(List.of(ratios));
    }

    private static Ratio ratio(List<Double> ratios) {
        return Ratio.of(ratios, Collections.nCopies(ratios.size(), 1.0));
    }

    @Test
    void oneOutlierAmongManyRoundsDoesNotSpoilThem() {
        List<Double> nine = Arrays.asList(1.2, 1.21, 1.19, 1.2, 1.22, 1.18, 1.2, 1.21, 0.5);
        assertThat(ratio(nine).claim()).isEqualTo(Claim.DIFFERENT);
        assertThat(ratio(nine).low()).isEqualTo(1.18);
        assertThat(ratio(nine.subList(1, 9)).low()).as("of eight rounds").isEqualTo(0.5);
    }

    @Test
    void theIntervalIsThatOfTheSignTest() {
        // Of 20 values, the sixth and the fifteenth have a confidence of 95.9 %, the seventh and the fourteenth 88.5 %.
        Ratio ratio = ratio(IntStream.rangeClosed(1, 20).mapToObj(Double::valueOf).toList());
        assertThat(ratio.low()).isEqualTo(6);
        assertThat(ratio.high()).isEqualTo(15);
    }

    @Test
    void roundsArePairedByTheirNumber() {
        ContenderResults drifting = entry(100, 200, 400);
        ContenderResults twice = entry(200, 400, 800);
        assertThat(Ratio.of(twice, drifting, BenchMetric.P99)).hasValueSatisfying(ratio -> {
            assertThat(ratio.spread().least()).isEqualTo(2);
            assertThat(ratio.spread().most()).isEqualTo(2);
        });
    }

    @Test
    void roundsThatOneContenderLacksAreLeftOut() {
        assertThat(Ratio.of(entry(100, 200), entry(50, 50, 1), BenchMetric.P99)).map(Ratio::rounds).contains(2);
        assertThat(Ratio.of(entry(0, -5), entry(50, 50), BenchMetric.P99)).isEmpty();
        assertThat(Ratio.of(entry(1), entry(1), BenchMetric.P50)).isEmpty();
    }

    @Test
    void aRatioThatMayBeNoiseIsMarked() {
        assertThat(ratio(1.25, 1.2, 1.3).full()).isEqualTo("1.25 (1.20–1.30)");
        assertThat(ratio(1.25, 0.9, 1.3).full()).isEqualTo("~1.25 (0.90–1.30)");
        assertThat(ratio(0.0123, 0.0123, 0.0123).brief()).isEqualTo("0.012");
    }

    private static ContenderResults entry(double... micros) {
        List<RoundResult> rounds = Arrays.stream(micros)
                .mapToObj(m -> new RoundResult(Map.of(BenchMetric.P99, m), false))
                .toList();
        return new ContenderResults("any", rounds, List.of(), null, List.of());
    }
}
