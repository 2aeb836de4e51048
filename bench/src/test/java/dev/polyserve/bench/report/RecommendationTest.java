package dev.polyserve.bench.report;

import static dev.polyserve.bench.report.SampleResults.closed;
import static dev.polyserve.bench.report.SampleResults.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ComparisonResult.Load;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.BenchResults;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The recommendation from tables of results. In these, the rounds of a contender differ by two per cent, unless a test
/// says more.
class RecommendationTest {
    private static final double GIVEN = 0;
    private static final double HALF = 0.5;

    private static ComparisonResult open(String workload, double rate, double share, ContenderResults... entries) {
        return new ComparisonResult(workload, Load.OPEN, rate, share, List.of(entries));
    }

    private static ComparisonResult mixed(ContenderResults... entries) {
        return open("mixed", 2_000, GIVEN, entries);
    }

    private static ContenderResults light(String model, double p99, double heavy) {
        return entry(model, 2_000, 0, 100, p99).metric(BenchMetric.HEAVY_PER_SECOND, heavy)
                .metric(BenchMetric.CPU_MICROS_PER_HEAVY, 1e6 / heavy).build();
    }

    private static Recommendation of(List<String> models, ComparisonResult... comparisons) {
        return Recommendation.of(SampleResults.results(true, List.of(comparisons)), models, "auto");
    }

    private static Recommendation autoOrThread(ComparisonResult... comparisons) {
        return of(List.of("auto", "thread"), comparisons);
    }

    @Test
    void theTailDecidesBeforeTheCapacity() {
        Recommendation recommendation = autoOrThread(
                closed("custom", entry("auto", 1_000, 20, 1, 1).build(), entry("thread", 700, 20, 1, 1).build()),
                mixed(light("auto", 5_800, 40), light("thread", 2_900, 38)));
        assertThat(recommendation.model()).contains("thread");
        assertThat(recommendation.sentence())
                .isEqualTo("Recommendation: take thread. auto, the next best, has 2.01 times "
                        + "the p99, 1.06 times the heavy requests/s and ~0.95 times the processor time. Decided by p99 in mixed, "
                        + "2,000 requests/s: 2.90 ms against 5.80 ms, better in 5 of 5 rounds. ~ marks what may be noise.");
    }

    @Test
    void aTailThatTheNetworkHidesDoesNotDecide() {
        Recommendation recommendation = autoOrThread(
                closed("custom", entry("auto", 81_000, 6, 1, 1).build(), entry("thread", 57_000, 9, 1, 1).build()),
                open("custom", 28_000, HALF, entry("auto", 28_000, 6, 60, 900).build(),
                        entry("thread", 28_000, 9, 60, 300).build()));
        assertThat(recommendation.model()).contains("auto");
        assertThat(recommendation.sentence())
                .isEqualTo("Recommendation: take auto, the default. thread, the next best, has "
                        + "0.33 times the p99, 0.70 times the capacity and 1.49 times the processor time. Decided by requests/s in "
                        + "custom, closed loop: 81,000 against 57,000, better in 5 of 5 rounds.");
    }

    @Test
    void anOverlappingSpreadDoesNotDecide() {
        ContenderResults noisy = entry("auto", 1_000, 20, 1, 9_000).noise(60).build();
        ContenderResults quiet = entry("thread", 1_000, 20, 1, 6_000).build();
        Recommendation recommendation = autoOrThread(open("custom", 1_000, HALF, noisy, quiet));
        assertThat(recommendation.model()).contains("auto");
        assertThat(recommendation.sentence()).contains("no difference that counts").contains("~0.6",
                " marks what may be "
                        + "noise");
    }

    @Test
    void moreRoundsAreNeededForATailThatWouldCount() {
        ContenderResults noisy = light("auto", 9_000, 40, 60);
        assertThat(needsMore(noisy, light("thread", 6_000, 40, 2))).as("the rounds disagree").isTrue();
        assertThat(needsMore(light("auto", 9_000, 40, 2), light("thread", 6_000, 40, 2))).as("they agree").isFalse();
        assertThat(needsMore(light("auto", 1_100, 40, 60), light("thread", 800, 40, 2))).as("not felt").isFalse();
        assertThat(needsMore(light("auto", 9_000, 40, 60), light("thread", 8_500, 40, 2))).as("too alike").isFalse();
        assertThat(Recommendation.needsMoreRounds(mixed(light("nio", 9_000, 40, 60), light("thread", 6_000, 40, 2)),
                List.of("nio", "thread"), "auto")).as("without the default").isFalse();
    }

    private static boolean needsMore(ContenderResults auto, ContenderResults thread) {
        return Recommendation.needsMoreRounds(mixed(auto, thread), List.of("auto", "thread"), "auto");
    }

    private static ContenderResults light(String model, double p99, double heavy, int noise) {
        return entry(model, 2_000, 0, 100, p99).metric(BenchMetric.HEAVY_PER_SECOND, heavy).noise(noise).build();
    }

    @Test
    void amongEqualOnesTheDefaultIsTakenWhereverItStands() {
        ComparisonResult equal = closed("custom", entry("nio", 1_050, 20, 1, 1).build(),
                entry("auto", 1_000, 20, 1, 1).build());
        Recommendation recommendation = of(List.of("nio", "auto"), equal);
        assertThat(recommendation.model()).contains("auto");
        assertThat(recommendation.sentence())
                .startsWith("Recommendation: take auto, the default. nio, the next best, has "
                        + "~1.04 times the capacity and ~0.99 times the processor time: no difference that counts.");
        assertThat(of(List.of("nio", "virtual"), closed("custom", entry("nio", 1_000, 20, 1, 1).build(),
                entry("virtual", 1_050, 20, 1, 1).build())).model()).as("else the most promising one").contains("nio");
    }

    /// `auto` has three times the tail of `thread` beside others, `thread` 1.3 times that of `auto` among its like.
    @Test
    void theLargestDifferenceInATailCounts() {
        ComparisonResult alike = open("custom", 100, HALF, entry("auto", 100, 5_000, 1, 20_000).build(),
                entry("thread", 100, 5_000, 1, 26_000).build());
        assertThat(autoOrThread(alike).model()).contains("auto");
        assertThat(autoOrThread(alike, mixed(light("auto", 9_000, 40), light("thread", 3_000, 40))).model())
                .contains("thread");
        assertThat(autoOrThread(alike, mixed(light("auto", 3_600, 40), light("thread", 3_000, 40))).model())
                .contains("auto");
    }

    @Test
    void aContenderThatFailsIsOut() {
        ContenderResults liar = entry("auto", 9_000, 1, 1, 1).failure("it changed byte 17 of a reply").build();
        Recommendation recommendation = of(List.of("auto", "nio", "thread"), closed("custom", liar,
                entry("nio", 1_000, 20, 1, 1).build(), entry("thread", 700, 20, 1, 1).build()));
        assertThat(recommendation.sentence())
                .startsWith("Recommendation: take nio. thread, the next best, has 0.70 times the "
                        + "capacity")
                .contains("Decided by requests/s").doesNotContain("auto");
        assertThat(autoOrThread(closed("custom", liar, entry("thread", 700, 20, 1, 1).build())).sentence())
                .isEqualTo("Recommendation: take thread. No other model was measured without failing: see the "
                        + "notes below the tables.");
        assertThat(of(List.of("auto"), closed("custom", liar)).sentence())
                .startsWith("Recommendation: none, because no model was measured without failing");
        assertThat(of(List.of("auto")).model()).as("nothing was measured").isEmpty();
    }

    @Test
    void aContenderThatMissesTheRateIsOutHoweverShortItsTail() {
        Recommendation recommendation = autoOrThread(mixed(light("thread", 90_000, 30),
                entry("auto", 1_220, 0, 1, 10).metric(BenchMetric.HEAVY_PER_SECOND, 60).build()));
        assertThat(recommendation.sentence())
                .isEqualTo("Recommendation: take thread. auto, the next best, answers 1,220 of "
                        + "2,000 requests/s in mixed.");
    }

    @Test
    void aRateThatNoUserHasAskedForIsMissedIfItIsMissedInAllRounds() {
        ContenderResults thread = entry("thread", 1_000, 9, 1, 1).build();
        ContenderResults atTimes = entry("auto", 940, 9, 1, 1).noise(5).build();
        assertThat(autoOrThread(open("custom", 1_000, HALF, atTimes, thread)).model()).contains("auto");
        assertThat(autoOrThread(open("custom", 1_000, GIVEN, atTimes, thread)).model()).contains("thread");
        assertThat(autoOrThread(open("custom", 1_000, HALF, entry("auto", 900, 9, 1, 1).build(), thread)).model())
                .contains("thread");
    }

    /// `thread` cannot be told from either of the others.
    @Test
    void noModelIsTakenInPlaceOfTheDefaultByNoiseAlone() {
        ContenderResults noisy = entry("thread", 2_000, 0, 100, 7_000).noise(60)
                .metric(BenchMetric.HEAVY_PER_SECOND, 40).build();
        Recommendation recommendation = of(List.of("auto", "thread", "process-pool"),
                mixed(light("auto", 9_000, 40), noisy, light("process-pool", 6_000, 40)));
        assertThat(recommendation.sentence())
                .startsWith("Recommendation: take process-pool. auto, the next best, has 1.49 times the p99");
    }

    @Test
    void ifNoneHoldsTheRateTheNearestIsTaken() {
        ComparisonResult tooFast = open("custom", 100_000, GIVEN, entry("auto", 60_000, 1, 1, 1).build(),
                entry("thread", 81_000, 1, 1, 1).build());
        assertThat(autoOrThread(tooFast).sentence())
                .startsWith(
                        "Recommendation: take thread, although no model holds the rate: it answers 81,000 of 100,000 "
                                + "requests/s in custom. auto, the next best, answers 60,000 of 100,000 requests/s in custom.");
        ComparisonResult alike = open("custom", 100_000, GIVEN, entry("auto", 80_000, 1, 1, 1).build(),
                entry("thread", 81_000, 1, 1, 1).build());
        assertThat(autoOrThread(alike).model()).contains("auto");
        assertThat(of(List.of("thread", "nio"), open("custom", 100_000, GIVEN, entry("thread", 80_000, 1, 1, 1).build(),
                entry("nio", 81_000, 1, 1, 1).build())).model()).contains("nio");
    }

    @Test
    void aSingleContenderHasNothingToBeComparedWith() {
        assertThat(of(List.of("auto"), closed("custom", entry("auto", 1_000, 1, 1, 1).build())).sentence())
                .isEqualTo("Recommendation: take auto, the default. No other model was measured.");
    }

    @Test
    void capacityDoesNotCountWhereTheRateIsGiven() {
        ComparisonResult capacity = closed("custom", entry("auto", 57_000, 9, 1, 1).build(),
                entry("thread", 81_000, 6, 1, 1).build());
        ComparisonResult asked = open("custom", 1_000, GIVEN, entry("auto", 1_000, 9, 1, 300).build(),
                entry("thread", 1_000, 6, 1, 300).build());
        assertThat(autoOrThread(capacity).model()).contains("thread");
        assertThat(autoOrThread(capacity, asked).model()).as("3 ms of processor time a second").contains("auto");
        ComparisonResult more = open("custom", 10_000, GIVEN, entry("auto", 10_000, 9, 1, 300).build(),
                entry("thread", 10_000, 6, 1, 300).build());
        assertThat(autoOrThread(capacity, more).sentence()).startsWith("Recommendation: take thread.")
                .contains("Decided by CPU/request in custom, 10,000 requests/s: 6.00 µs against 9.00 µs");
    }

    @Test
    void theMemoryOfManyIdleConnectionsCountsLast() {
        ComparisonResult idle = closed("idle", entry("auto", 100, 7, 1, 1).per(2_000, 1_900, 2_700).build(),
                entry("thread", 100, 7, 1, 1).per(90_000, 650, 2_750).build());
        assertThat(autoOrThread(idle).sentence()).as("9 MB for 100 connections")
                .contains("times the memory per idle connection: no difference that counts");
        BenchResults many = SampleResults.withConnections(10_000, SampleResults.results(true, List.of(idle)));
        assertThat(Recommendation.of(many, List.of("thread", "auto"), "auto").sentence())
                .startsWith("Recommendation: take auto")
                .contains("Decided by memory/connection in idle, closed loop: 1.95 KiB against 87.9 KiB");
    }

    @Test
    void theDefaultIsComparedAlsoIfItIsNotTheNextBest() {
        Recommendation recommendation = of(List.of("auto", "nio", "thread"),
                mixed(light("auto", 90_000, 40), light("nio", 4_000, 40), light("thread", 3_000, 40)));
        assertThat(recommendation.sentence())
                .startsWith("Recommendation: take thread. nio, the next best, has 1.33 times the "
                        + "p99")
                .contains(" auto, the default, has 30.1 times the p99");
    }

    @Test
    void fewRoundsDecideNothing() {
        ContenderResults auto = entry("auto", 1_000, 20, 1, 1).rounds(1).build();
        ContenderResults thread = entry("thread", 2_000, 20, 1, 1).rounds(1).build();
        assertThat(autoOrThread(closed("custom", auto, thread)).sentence()).startsWith("Recommendation: take auto, the "
                + "default. thread, the next best, has ~1.99 times")
                .contains("; one round shows too little to decide by: use more "
                        + "--rounds.");
    }
}
