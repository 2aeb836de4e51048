package dev.polyserve.comparison.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.bench.report.BenchReport;
import dev.polyserve.bench.report.BenchResultsJson;
import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ComparisonResult.Load;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchEnvironment;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.BenchResults;
import dev.polyserve.bench.result.RoundResult;
import dev.polyserve.bench.result.BenchSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/// The page shows the results, best contender first.
class PerformancePageTest {
    private static final BenchSettings SETTINGS = new BenchSettings("tcp", 100, 64, 1, 3, 5, 10, 600_000);
    private static final BenchEnvironment HERE = new BenchEnvironment("Some CPU", 2, 4L << 30, "Linux 6.18",
            "contender on 0, generator on 1", Map.of("java", "25"));

    @TempDir
    private Path directory;

    @BeforeEach
    void aRun() throws IOException {
        Files.writeString(directory.resolve("page.md"), "# Before\n" + PerformancePage.BEGIN + "\nformerly\n"
                + PerformancePage.END + "\nAfter\n");
        Files.writeString(directory.resolve("peers.tsv"),
                "c-epoll\tready\tC\njdk-nio\tready\tJava\ngo\tmissing: the command go\tGo\n");
        Files.writeString(directory.resolve("versions.tsv"), "gcc\t12.2.0\n");
    }

    @Test
    void sortsByWhatTheWorkloadAsks() throws IOException {
        results(true, closed("echo", cost("nio", 7, 6, 8), cost("c-epoll", 5, 5, 5), cost("virtual", 9, 10, 11)));
        assertThat(PerformancePage.run(arguments())).isZero();
        assertThat(rows("### `echo`")).containsExactly(
                "| contender | CPU/request | requests/s |",
                "|---|--:|--:|",
                "| c-epoll | 5.00 µs | 5,000 |",
                "| **nio** | 7.00 µs (6.00 µs – 8.00 µs) | 7,000 |",
                "| **virtual** | 10.0 µs (9.00 µs – 11.0 µs) | 10,000 |");
    }

    @Test
    void saysWhereAndWithWhat() throws IOException {
        results(true, closed("echo", cost("nio", 7)));
        assertThat(PerformancePage.run(arguments())).isZero();
        assertThat(page()).startsWith("# Before\n").endsWith("\nAfter\n").doesNotContain("formerly", "jdk-nio")
                .contains("| machine | Some CPU, 2 processors, 4.0 GiB of memory |",
                        "| measured | 21 November 2026, 10:15 UTC, took 1:01 minutes |",
                        "| command | `polyserve bench` |",
                        "| versions | gcc 12.2.0, java 25 |",
                        "| go | Go; not measured, missing: the command go |",
                        "tcp, 100 connections, 64 B, depth 1; median of 3 rounds of 10 s");
    }

    @Test
    void whatFailedOrIsDoubtfulIsSaid() throws IOException {
        var failed = new ContenderResults("c-epoll", List.of(), List.of(), "it died.", List.of());
        var bound = new ContenderResults("nio",
                List.of(new RoundResult(Map.of(BenchMetric.REQUESTS_PER_SECOND, 9.0), true)), List.of(),
                null, List.of("one descriptor is missing."));
        results(false, new ComparisonResult("cpu", Load.CLOSED, 0, 0, List.of(failed, bound)));
        assertThat(PerformancePage.run(arguments())).isZero();
        assertThat(rows("### `cpu`")).endsWith("| **nio** ⚠ | 9 |", "| c-epoll |  |");
        assertThat(page()).contains("- ⚠ the generator was the limit: this contender could do more.\n",
                "- c-epoll failed: it died.\n", "- nio: one descriptor is missing.\n", "**interrupted**");
    }

    @Test
    void latencySortsAnOpenLoop() throws IOException {
        var slow = new ContenderResults("nio",
                List.of(new RoundResult(Map.of(BenchMetric.P50, 1.0, BenchMetric.P99, 9.0), false)), List.of(),
                null, List.of());
        var fast = new ContenderResults("c-epoll",
                List.of(new RoundResult(Map.of(BenchMetric.P50, 2.0, BenchMetric.P99, 4.0), false)), List.of(),
                null, List.of());
        results(true, new ComparisonResult("echo", Load.OPEN, 12_345, 0.5, List.of(slow, fast)));
        assertThat(PerformancePage.run(arguments())).isZero();
        assertThat(rows("### `echo`, 12,345 requests/s, 50 % of what the weakest can")).containsExactly(
                "| contender | p99 | p50 |", "|---|--:|--:|", "| c-epoll | 4.00 µs | 2.00 µs |",
                "| **nio** | 9.00 µs | 1.00 µs |");
    }

    @Test
    @ResourceLock(Resources.SYSTEM_ERR)
    void badInputIsOneSentence() throws IOException {
        assertThat(complaint()).isEqualTo(
                "comparison: there are no results (*.json) in " + directory + ": create them with comparison/run\n");
        Files.writeString(directory.resolve("1.json"), "{\"format\": ");
        assertThat(complaint()).contains("1.json is not JSON").hasLineCount(1);
        results(true, closed("echo", cost("nio", 7)));
        Files.writeString(directory.resolve("page.md"), "no markers");
        assertThat(complaint()).contains("page.md lacks the line '" + PerformancePage.BEGIN + "'").hasLineCount(1);
    }

    /// The page of the repository has the markers.
    @Test
    void thePageIsThere() {
        assertThat(Path.of(System.getProperty("basedir", ""), "..", "docs", "performance.md")).content()
                .contains(PerformancePage.BEGIN, PerformancePage.END);
    }

    @Test
    void drawsWhatTheTablesSay() throws IOException {
        results(true, closed("echo", cost("nio", 6, 7, 8), cost("c<epoll", 5, 5, 5), cost("slow", 1_200, 1_300, 1_600)),
                closed("cpu", cost("virtual", 9)));
        assertThat(PerformancePage.run(arguments())).isZero();
        assertThat(picture()).contains("echo: c&lt;epoll 5.00 µs, nio 7.00 µs, slow 1.30 ms.")
                .contains("<text class=\"name own\" x=\"140\" y=\"136\">nio</text>")
                .contains("Some CPU, 2 processors, 4.0 GiB of memory; 21 November 2026").doesNotContain("virtual");
        // The longest bar has room for its largest round: 418 for 1.60 ms.
        assertThat(picture()).contains("y=\"146\" width=\"339.6\"",
                "<line class=\"range\" x1=\"461.5\" x2=\"566.0\" y1=\"152\" y2=\"152\"/>");
    }

    @Test
    void drawsTheLatencyBesideHandlersThatCompute() throws IOException {
        results(true, new ComparisonResult("mixed", Load.OPEN, 2_000, 0, List.of(
                tail("nio", 1_000, 2_000, 3_000), tail("slow", 90_000, 100_000, 400_000))));
        assertThat(PerformancePage.run(arguments())).isZero();
        assertThat(picture()).contains("p99 of the light requests", "mixed: nio 2.00 ms, slow 100 ms.")
                .contains("y=\"106\" width=\"8.4\"", "y=\"126\" width=\"418.0\"")
                .as("a round that is longer than the longest bar ends there")
                .contains("x2=\"566.0\" y1=\"132\"");
    }

    @Test
    void pageWithoutCostsHasNoPicture() throws IOException {
        results(true, closed("echo", cost("nio", 7)));
        assertThat(PerformancePage.run(arguments())).isZero();
        assertThat(directory.resolve("page.svg")).exists();
        results(true, closed("cpu", cost("nio", 7)));
        assertThat(PerformancePage.run(arguments())).isZero();
        assertThat(directory.resolve("page.svg")).doesNotExist();
    }

    /// The picture of the repository shows the figures of the page: `comparison/run --picture` draws it again.
    @ParameterizedTest
    @ValueSource(strings = {"performance", "performance-mixed"})
    void thePictureIsThatOfThePage(String page) throws IOException {
        Path docs = Path.of(System.getProperty("basedir", ""), "..", "docs");
        assertThat(docs.resolve(page + ".svg")).content()
                .isEqualTo(BarChart.of(Files.readAllLines(docs.resolve(page + ".md"))).orElseThrow());
    }

    private String picture() throws IOException {
        return Files.readString(directory.resolve("page.svg"));
    }

    private String[] arguments() {
        return new String[]{directory.resolve("page.md").toString(), directory.toString()};
    }

    private String complaint() {
        var said = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            assertThat(PerformancePage.run(arguments())).isEqualTo(1);
        } finally {
            System.setErr(before);
        }
        return said.toString(StandardCharsets.UTF_8);
    }

    private void results(boolean complete, ComparisonResult... comparisons) throws IOException {
        var results = new BenchResults(BenchResults.FORMAT, Instant.parse("2026-11-21T10:15:00Z"), 61, complete,
                "polyserve bench", HERE, SETTINGS, List.of(comparisons));
        BenchResultsJson.write(BenchReport.of(results), directory.resolve("1.json"));
    }

    private static ComparisonResult closed(String workload, ContenderResults... entries) {
        return new ComparisonResult(workload, Load.CLOSED, 0, 0, List.of(entries));
    }

    /// A contender whose rounds cost so many microseconds a request, and answer a thousand times as many a second.
    private static ContenderResults cost(String name, double... micros) {
        List<RoundResult> rounds = Arrays.stream(micros).mapToObj(cost -> new RoundResult(Map.of(
                BenchMetric.CPU_MICROS_PER_REQUEST, cost, BenchMetric.REQUESTS_PER_SECOND, cost * 1_000), false))
                .toList();
        return new ContenderResults(name, rounds, List.of(), null, List.of());
    }

    /// A contender whose rounds have this 99th percentile.
    private static ContenderResults tail(String name, double... micros) {
        List<RoundResult> rounds = Arrays.stream(micros)
                .mapToObj(p99 -> new RoundResult(Map.of(BenchMetric.P99, p99), false))
                .toList();
        return new ContenderResults(name, rounds, List.of(), null, List.of());
    }

    private String page() throws IOException {
        return Files.readString(directory.resolve("page.md"));
    }

    /// The rows of the table below a heading.
    private List<String> rows(String heading) throws IOException {
        return page().lines().dropWhile(line -> !line.startsWith(heading)).skip(1)
                .takeWhile(line -> !line.startsWith("#")).filter(line -> line.startsWith("|")).toList();
    }
}
