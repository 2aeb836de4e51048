package dev.polyserve.bench.report;

import static dev.polyserve.bench.report.SampleResults.closed;
import static dev.polyserve.bench.report.SampleResults.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.bench.report.BenchConclusions.Finding;
import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ComparisonResult.Load;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchMetric;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BenchConclusionsTest {
    @Test
    void namesTheBestTheCloseAndTheSlowerContenders() {
        assertThat(sentence(closed("echo", entry("virtual", 78_900, 9, 1, 1).build(),
                entry("epoll", 81_300, 6, 1, 1).build(), entry("thread", 62_700, 12, 1, 1).build(),
                entry("process", 20_000, 12, 1, 1).build())))
                .isEqualTo("echo, capacity: epoll (81,300 requests/s); virtual is within 4 %; "
                        + "thread does 22 % less, process 75 % less.");
    }

    @Test
    void namesOnlyTheFirstOfManyContenders() {
        ContenderResults[] eight = IntStream.range(0, 8).mapToObj(i -> entry("m" + i, 1_000 - 100 * i, 1, 1, 1).build())
                .toArray(ContenderResults[]::new);
        assertThat(sentence(closed("echo", eight))).isEqualTo("echo, capacity: m0 (1,000 requests/s); "
                + "m1 does 10 % less, m2 20 % less, m3 30 % less, m4 40 % less; 3 others are further behind.");
    }

    @Test
    void aDifferenceWithinTheNoiseIsNotClaimed() {
        assertThat(sentence(closed("echo", entry("epoll", 81_300, 6, 1, 1).noise(14).build(),
                entry("thread", 74_000, 12, 1, 1).build())))
                .contains("epoll (81,300 requests/s); thread (").contains("cannot be distinguished from it")
                .doesNotContain("less");
    }

    @Test
    void equalContendersHaveNoWinner() {
        assertThat(sentence(closed("wait", entry("epoll", 10_000, 6, 1, 1).build(),
                entry("thread", 9_990, 12, 1, 1).build(), entry("virtual", 9_900, 12, 1, 1).build())))
                .isEqualTo("wait, capacity: no clear difference (at best 10,000 requests/s); "
                        + "epoll, thread and virtual are within 2 %.");
    }

    @Test
    void comparesProcessorTimeWhereTheGeneratorWasTheLimit() {
        Finding finding = finding(closed("pipeline", entry("virtual", 905_000, 0.83, 1, 1).bound().build(),
                entry("epoll", 900_000, 0.6, 1, 1).bound().build(), entry("thread", 600_000, 1.6, 1, 1).build()));
        assertThat(finding.sentence()).isEqualTo("pipeline, processor time: epoll (0.60 µs per request); "
                + "virtual takes 38 % more, thread 2.69 times as much.");
        assertThat(finding.caveats()).containsExactly("The generator was the limit for virtual and epoll: "
                + "they can serve more requests/s, so processor time is compared.");
    }

    @Test
    void comparesTheSlowestOfAHundredAtAFixedRate() {
        assertThat(sentence(open(20_000, entry("epoll", 20_000, 6, 1, 180).build(),
                entry("virtual", 20_000, 9, 1, 185).build(), entry("thread", 20_000, 12, 1, 900).build())))
                .isEqualTo("echo, latency at 20,000 requests/s: epoll (p99 180 µs); virtual is within 3 %; "
                        + "thread takes 5.04 times as long.");
    }

    @Test
    void aContenderThatMissesTheRateIsNotComparedByLatency() {
        Finding finding = finding(open(20_000, entry("epoll", 20_000, 6, 1, 180).build(),
                entry("thread", 18_000, 6, 1, 20).build()));
        assertThat(finding.sentence()).isEqualTo("echo, latency at 20,000 requests/s: epoll (p99 180 µs); "
                + "there is nothing to compare it with.");
        assertThat(finding.caveats()).singleElement().asString()
                .startsWith("thread (18,000 requests/s) did not keep the rate");
    }

    @Test
    void aLimitedGeneratorIsNotComparedByLatency() {
        Finding finding = finding(open(20_000, entry("epoll", 20_000, 6, 1, 180).bound().build(),
                entry("thread", 20_000, 6, 1, 200).build()));
        assertThat(finding.best()).isEqualTo("thread");
        assertThat(finding.caveats()).singleElement().asString()
                .startsWith("The generator was the limit for epoll: the latency is the generator's own");
    }

    @Test
    void comparesMemoryOfIdleConnections() {
        assertThat(sentence(closed("idle", entry("thread", 1, 1, 1, 1).per(18_400, 650, 2_700).build(),
                entry("epoll", 1, 1, 1, 1).per(310, 280, 2_700).build())))
                .isEqualTo("idle, memory per idle connection: epoll (310 B); thread takes 59.8 times as much.");
    }

    @Test
    void reportsMemoryGrowthWhereClientsDoNotRead() {
        assertThat(finding(closed("slow-reader",
                entry("thread", 100, 1, 1, 1).metric(BenchMetric.RSS_GROWTH_BYTES, 310 << 20).build(),
                entry("epoll", 100, 1, 1, 1).metric(BenchMetric.RSS_GROWTH_BYTES, 2 << 20).build())).caveats())
                .containsExactly("While some clients did not read, memory grew by 2.00 MiB (epoll), 310 MiB (thread).");
    }

    @Test
    void aFailedContenderIsNotCompared() {
        Finding finding = finding(closed("echo", entry("epoll", 81_300, 6, 1, 1).build(),
                entry("liar", 999_999, 1, 1, 1).failure("it changed byte 17 of a reply").build()));
        assertThat(finding.best()).isEqualTo("epoll");
        assertThat(finding.caveats()).containsExactly("liar failed: see the notes below the table.");
    }

    @Test
    void whenAllFailThereIsNoWinner() {
        Finding finding = finding(
                closed("echo", new ContenderResults("epoll", List.of(), List.of(), "it never listened", List.of())));
        assertThat(finding.sentence()).isEqualTo("echo, capacity: no contender has a figure to compare.");
        assertThat(finding.best()).isEmpty();
    }

    @Test
    void reportsLoss() {
        assertThat(finding(closed("echo", entry("epoll", 9_000, 6, 1, 1).metric(BenchMetric.LOST_SHARE, 0.02).build()))
                .caveats()).containsExactly("epoll lost datagrams: see the table.");
    }

    @Test
    void remarksOnTheLimitsOfTheWholeRun() {
        ComparisonResult two = closed("echo", entry("epoll", 9_000, 6, 1, 1).rounds(2).build(),
                entry("thread", 4_000, 6, 1, 1).rounds(2).build());
        BenchConclusions verdict = BenchConclusions.of(SampleResults.results(false, List.of(two)));
        assertThat(verdict.findings()).singleElement().extracting(Finding::sentence).asString()
                .isEqualTo("echo, capacity: epoll (8,973 requests/s); thread does 56 % less.");
        assertThat(verdict.remarks()).hasSize(2).anyMatch(r -> r.startsWith("The run was interrupted"))
                .anyMatch(r -> r.startsWith("With two rounds"));
        assertThat(BenchConclusions.of(SampleResults.results(false, List.of())).remarks())
                .contains("Nothing was measured.");
        assertThat(BenchConclusions.of(SampleResults.rich()).remarks()).isEmpty();
    }

    @Test
    void oneRoundShowsNoDifference() {
        ComparisonResult one = closed("echo", entry("epoll", 9_000, 6, 1, 1).rounds(1).build(),
                entry("thread", 4_000, 6, 1, 1).rounds(1).build());
        BenchConclusions verdict = BenchConclusions.of(SampleResults.results(true, List.of(one)));
        assertThat(verdict.findings().getFirst().sentence()).contains("times) cannot be distinguished from it");
        assertThat(verdict.remarks()).singleElement().asString()
                .startsWith("One round gives no information about noise");
    }

    @Test
    void reportsTheReachedRateAndTheComputingConnections() {
        Finding finding = finding(new ComparisonResult("mixed", Load.OPEN, 2_000, 0,
                List.of(entry("thread", 2_000, 1, 150, 3_000).metric(BenchMetric.HEAVY_PER_SECOND, 48).build(),
                        entry("epoll", 1_220, 1, 900_000, 2e6).metric(BenchMetric.HEAVY_PER_SECOND, 49).build())));
        assertThat(finding.sentence()).isEqualTo("mixed, latency at 2,000 requests/s: thread (p99 3.00 ms); "
                + "there is nothing to compare it with.");
        assertThat(finding.caveats()).containsExactly(
                "epoll (1,220 requests/s) did not keep the rate: the latency then "
                        + "shows the length of the queue, and is not compared.",
                "Meanwhile, replies per second on the computing connections: 48 (thread), 49 (epoll).");
    }

    @Test
    void theSameResultsGiveTheSameVerdict() {
        assertThat(BenchConclusions.of(SampleResults.rich())).isEqualTo(BenchConclusions.of(SampleResults.rich()));
    }

    private static ComparisonResult open(double rate, ContenderResults... entries) {
        return new ComparisonResult("echo", Load.OPEN, rate, 0.5, List.of(entries));
    }

    private static Finding finding(ComparisonResult comparison) {
        return BenchConclusions.of(SampleResults.results(true, List.of(comparison))).findings().getFirst();
    }

    private static String sentence(ComparisonResult comparison) {
        return finding(comparison).sentence();
    }
}
