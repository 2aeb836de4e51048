package dev.polyserve.bench.report;

import static dev.polyserve.bench.report.SampleResults.closed;
import static dev.polyserve.bench.report.SampleResults.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.polyserve.bench.report.BaselineComparison.Change;
import dev.polyserve.bench.report.BaselineComparison.Direction;
import dev.polyserve.bench.report.SampleResults.Draft;
import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ComparisonResult.Load;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.BenchResults;
import dev.polyserve.bench.result.BenchSettings;
import java.util.List;
import org.junit.jupiter.api.Test;

class BaselineComparisonTest {
    @Test
    void nothingChangesAgainstItself() {
        BaselineComparison baseline = BaselineComparison.compare(SampleResults.rich(), SampleResults.rich());
        assertThat(baseline.changes()).isEmpty();
        assertThat(baseline.compared()).isGreaterThan(100);
        assertThat(baseline.summary()).startsWith("none of ").endsWith(" figures changed by more than their noise");
    }

    @Test
    void theDirectionFollowsTheMetric() {
        BaselineComparison baseline = compare(entry("epoll", 70_000, 6, 200, 800), entry("epoll", 80_000, 7, 200, 500));
        assertThat(baseline.changes()).extracting(Change::metric, Change::direction).contains(
                tuple(BenchMetric.REQUESTS_PER_SECOND, Direction.BETTER),
                tuple(BenchMetric.CPU_MICROS_PER_REQUEST, Direction.WORSE),
                tuple(BenchMetric.CPU_USED, Direction.OTHER),
                tuple(BenchMetric.P99, Direction.BETTER));
        assertThat(baseline.changes()).extracting(Change::metric).doesNotContain(BenchMetric.P50, BenchMetric.THREADS);
        assertThat(baseline.changes().getFirst().sentence())
                .isEqualTo("▲ epoll, echo, closed loop: requests/s 70,000 → 80,000 (+14 %, better)");
    }

    @Test
    void aDifferenceWithinTheSpreadOfEitherIsNoChange() {
        assertThat(compare(entry("epoll", 70_000, 6, 1, 1).noise(20), entry("epoll", 80_000, 6, 1, 1)).changes())
                .extracting(Change::metric).doesNotContain(BenchMetric.REQUESTS_PER_SECOND);
        assertThat(compare(entry("epoll", 70_000, 6, 1, 1), entry("epoll", 80_000, 6, 1, 1).noise(20)).changes())
                .extracting(Change::metric).doesNotContain(BenchMetric.REQUESTS_PER_SECOND);
    }

    @Test
    void lessThanFivePercentIsNoChange() {
        assertThat(
                compare(entry("epoll", 70_000, 6, 1, 1).noise(0), entry("epoll", 73_000, 6, 1, 1).noise(0)).changes())
                .isEmpty();
    }

    @Test
    void fewRoundsAreNotCompared() {
        BaselineComparison baseline = compare(entry("epoll", 70_000, 6, 1, 1).rounds(2),
                entry("epoll", 90_000, 6, 1, 1));
        assertThat(baseline.changes()).isEmpty();
        assertThat(baseline.warnings()).containsExactly(
                "Figures of fewer than 3 rounds are not compared: their noise is unknown.");
        assertThat(baseline.summary()).isEqualTo("nothing could be compared");
    }

    @Test
    void fromNothingToSomethingIsAChange() {
        BaselineComparison baseline = compare(entry("epoll", 70_000, 6, 1, 1).metric(BenchMetric.LOST_SHARE, 0),
                entry("epoll", 70_000, 6, 1, 1).metric(BenchMetric.LOST_SHARE, 0.04));
        assertThat(baseline.changes()).singleElement().extracting(Change::sentence)
                .isEqualTo("▼ epoll, echo, closed loop: lost 0.0 % → 4.0 % (from nothing, worse)");
    }

    @Test
    void theGivenRateIsNotCompared() {
        BaselineComparison baseline = BaselineComparison.compare(SampleResults.results(true, List.of(at(20_000, 0.5))),
                SampleResults.results(true, List.of(at(21_500, 0.5))));
        assertThat(baseline.compared()).isPositive();
        assertThat(baseline.changes()).extracting(Change::metric).doesNotContain(BenchMetric.REQUESTS_PER_SECOND);
    }

    @Test
    void differentRatesAndSharesAreDifferentLoads() {
        assertThat(BaselineComparison.compare(SampleResults.results(true, List.of(at(10_000, 0.5))),
                SampleResults.results(true, List.of(at(20_000, 0.5)))).compared()).isZero();
        assertThat(BaselineComparison.compare(SampleResults.results(true, List.of(at(20_000, 0.25))),
                SampleResults.results(true, List.of(at(20_000, 0.5)))).compared()).isZero();
    }

    @Test
    void namesWhatCannotBeCompared() {
        BenchResults now = SampleResults.rich();
        BaselineComparison baseline = BaselineComparison.compare(SampleResults.earlier(), now);
        assertThat(baseline.warnings()).hasSize(3)
                .anyMatch(w -> w.startsWith("The baseline was measured on a different machine")
                        && w.contains("EPYC 7543"))
                .anyMatch(w -> w.contains("different versions") && w.contains("java 25.0.2+7") && !w.contains("python"))
                .anyMatch(w -> w
                        .startsWith("The baseline does not contain: process-pool in echo, closed loop;")
                        && w.contains("; idle, closed loop;"));
    }

    @Test
    void differentSettingsAreNamed() {
        BenchResults then = SampleResults.rich();
        BenchResults now = new BenchResults(then.format(), then.startedAt(), then.tookSeconds(), true, then.command(),
                then.environment(), new BenchSettings("unix", 1_000, 64, 1, 7, 20, 5, 0),
                then.comparisons());
        assertThat(BaselineComparison.compare(then, now).warnings()).singleElement().asString()
                .isEqualTo(
                        "The baseline was measured with different settings, which may explain changes by itself: endpoint tcp "
                                + "then, unix now; connections 100 then, 1000 now; rounds of 10 s then, 5 s now.");
    }

    private static ComparisonResult at(double rate, double share) {
        return new ComparisonResult("echo", Load.OPEN, rate, share, List.of(entry("epoll", rate, 6, 1, 100).build()));
    }

    private static BaselineComparison compare(Draft before, Draft now) {
        return BaselineComparison.compare(SampleResults.results(true, List.of(closed("echo", before.build()))),
                SampleResults.results(true, List.of(closed("echo", now.build()))));
    }
}
