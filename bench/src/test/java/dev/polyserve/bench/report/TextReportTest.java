package dev.polyserve.bench.report;

import static dev.polyserve.bench.report.SampleResults.closed;
import static dev.polyserve.bench.report.SampleResults.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.BenchResults;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextReportTest {
    private static final int WIDE = 240;

    @Test
    void aTableHasTheFiguresOfItsContendersBestFirst() {
        List<String> lines = TextReport.lines(SampleResults.echo(), WIDE);
        assertThat(lines.get(1)).matches(" +contender +requests/s +spread +× best +CPU/request +CPUs used "
                + "+syscalls/request +p50 +p99 +p99.9 +max +memory +threads +generator");
        assertThat(lines.get(3)).matches(" +epoll +81,300 +± 1 % +~1.00 +6.10 µs +0.50 +2.03 +235 µs +820 µs +1.80 ms "
                + "+4.92 ms +39.7 MiB +14 +62.0 %");
        assertThat(names(lines)).containsExactly("process-pool", "epoll", "virtual", "thread",
                "<script>alert('x')</script>", "asyncio");
    }

    @Test
    void columnsWithoutFiguresAreLeftOut() {
        assertThat(text(TextReport.lines(SampleResults.echo(), WIDE))).doesNotContain("descriptors", "lost",
                "memory/connection");
    }

    @Test
    void theQuestionComesFirst() {
        ComparisonResult idle = closed("idle", entry("epoll", 100, 1, 1, 1).per(310, 280, 2_700).build());
        assertThat(TextReport.lines(idle, WIDE).get(1)).matches(" +contender +memory/connection +spread +× best .*");
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 60, 80, 100, 120, 200})
    void noLineIsWiderThanTheTerminal(int width) {
        Optional<BaselineComparison> baseline = Optional
                .of(BaselineComparison.compare(SampleResults.earlier(), SampleResults.rich()));
        assertThat(TextReport.lines(new BenchReport(SampleResults.rich(), baseline, Optional.empty()), width))
                .hasSizeGreaterThan(60)
                .allMatch(line -> line.codePointCount(0, line.length()) <= width);
    }

    @Test
    void aNarrowTerminalNamesTheColumnsLeftOut() {
        List<String> lines = TextReport.lines(SampleResults.echo(), 60);
        assertThat(lines.get(1)).matches(" +contender +requests/s +spread +× best");
        assertThat(text(lines)).containsPattern("columns left out: CPU/request, CPUs used").contains("and generator")
                .containsPattern("(?m)^ +asyncio +✗ ");
    }

    @Test
    void marksAreExplainedBelow() {
        String text = text(TextReport.lines(closed("echo", entry("epoll", 100, 1, 1, 1).bound().build(),
                entry("liar", 100, 1, 1, 1).failure("it changed byte 17.").remark("It was warm.").build()), WIDE));
        assertThat(text).containsPattern("(?m)^ +epoll +† ").containsPattern("(?m)^ +liar +✗ ")
                .contains("† The generator was the limit").contains("✗ liar failed: it changed byte 17.")
                .contains("liar: It was warm.");
    }

    @Test
    void ratiosAreAMatrixForFewAndAListForMany() {
        assertThat(text(TextReport.lines(SampleResults.echo(), WIDE)))
                .containsPattern("(?m)^ +thread +0.76 \\(0.66–0.88\\) +0.78 \\(0.76–0.78\\)");
        ContenderResults[] many = IntStream.range(0, 8).mapToObj(i -> entry("m" + i, 1_000 - 100 * i, 1, 1, 1).build())
                .toArray(ContenderResults[]::new);
        assertThat(text(TextReport.lines(closed("echo", many), WIDE))).contains("as a multiple of m0's")
                .contains("m3 0.70 (");
        assertThat(text(TextReport.lines(SampleResults.echo(), 60))).contains("as a multiple of process-pool's");
    }

    @Test
    void oneContenderHasNoRatios() {
        assertThat(text(TextReport.lines(closed("echo", entry("epoll", 1, 1, 1, 1).build()), WIDE)))
                .doesNotContain("as a multiple of");
    }

    @Test
    void theVerdictIsLast() {
        List<String> lines = TextReport.lines(BenchReport.of(SampleResults.rich()), WIDE);
        int verdict = lines.indexOf("Verdict, for this load on this machine:");
        assertThat(lines.subList(verdict, lines.size())).hasSize(11)
                .anyMatch(line -> line.startsWith("  idle, memory per idle connection: epoll (310 B)"));
    }

    @Test
    void controlCharactersAreNotPrinted() {
        ComparisonResult evil = closed("echo", entry("red\u001b[31m\n", 1, 1, 1, 1).build());
        assertThat(text(TextReport.lines(evil, WIDE))).doesNotContain("\u001b").contains("red�[31m�");
    }

    @Test
    void emptyResultsAreReported() {
        BenchResults nothing = SampleResults.results(false, List.of());
        assertThat(TextReport.lines(BenchReport.of(nothing), 80)).contains("  Nothing was measured.");
        ComparisonResult failed = closed("echo",
                new ContenderResults("epoll", List.of(), List.of(), "it never listened", List.of()));
        assertThat(text(TextReport.lines(failed, 80))).contains("✗ epoll failed: it never listened");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 9.994, 99.94, 999.4, 12_345, 2.5e9})
    void quantitiesHaveThreeSignificantDigits(double micros) {
        assertThat(QuantityFormat.of(BenchMetric.P99, micros))
                .matches("\\d\\.\\d\\d [µms]+|\\d\\d\\.\\d [µms]+|[\\d,]{3,} [µms]+");
    }

    private static List<String> names(List<String> lines) {
        return lines.subList(2, 8).stream().map(line -> line.strip().split(" ", 2)[0]).toList();
    }

    private static String text(List<String> lines) {
        return String.join("\n", lines);
    }
}
