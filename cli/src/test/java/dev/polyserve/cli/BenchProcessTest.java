package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.bench.Workload;
import dev.polyserve.bench.report.BenchResultsJson;
import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.BenchResults;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Runs `bench` as a process with contender processes: short runs with rough but complete figures. A run mostly waits, so
/// that several run at once; the longest ones begin first, so that none of them runs alone at the end.
@Tag("slow")
@Tag("process")
@DisabledOnOs(OS.WINDOWS)
@Timeout(180)
@Execution(ExecutionMode.CONCURRENT)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BenchProcessTest {
    private static final List<String> SHORT = List.of("--rounds", "1", "--warmup", "200ms", "--duration", "200ms",
            "--connections", "10");
    /// For the bench and its contenders: optimizing takes longer than these runs.
    private static final String QUICK_START = "-XX:TieredStopAtLevel=1";

    private static final boolean FULL = System.getProperty("polyserve.tests", "").equals("full");

    @TempDir
    private Path directory;
    private final LineSink out = new LineSink();
    private final LineSink err = new LineSink();
    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void endProcesses() {
        processes.forEach(Process::destroyForcibly);
    }

    private Process bench(String... arguments) throws IOException {
        return bench(SHORT, arguments);
    }

    private Process bench(List<String> length, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(ServedProcess.program(List.of(QUICK_START), "bench"));
        command.addAll(List.of(arguments));
        command.addAll(length);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("POLYSERVE_JAVA_OPTS",
                String.join(" ", ServedProcess.cacheOptions()) + " " + QUICK_START);
        Process process = builder.start();
        processes.add(process);
        out.collect(process.getInputStream());
        err.collect(process.getErrorStream());
        return process;
    }

    /// Its status, once all that it printed was collected.
    private int status(Process process) throws InterruptedException {
        int status = process.waitFor();
        out.awaitEnd();
        err.awaitEnd();
        return status;
    }

    private BenchResults json(Path file) throws IOException {
        BenchResults results = BenchResultsJson.read(file);
        assertThat(results.comparisons()).isNotEmpty().allSatisfy(comparison -> assertThat(comparison.entries())
                .allSatisfy(entry -> assertThat(entry.failure()).as(entry.contender() + " " + err.text()).isNull()));
        return results;
    }

    @Test
    @Order(2)
    void everyWorkloadIsMeasuredAndReported() throws Exception {
        Path json = directory.resolve("now.json");
        Path report = directory.resolve("report.html");
        Process process = bench("--models", "nio", "--workload", String.join(",", Workload.ids()), "--json",
                json.toString(), "--report", report.toString());
        assertThat(status(process)).as(err.text()).isZero();
        BenchResults results = json(json);
        assertThat(results.comparisons()).extracting(ComparisonResult::workload).containsAll(Workload.ids());
        for (ComparisonResult comparison : results.comparisons()) {
            ContenderResults entry = comparison.entries().getFirst();
            assertThat(entry.spread(BenchMetric.REQUESTS_PER_SECOND).orElseThrow().median()).as(comparison.workload())
                    .isPositive();
        }
        out.awaitContaining("Verdict");
        assertThat(out.text()).contains(Workload.ids());
        assertThat(Files.readString(report)).startsWith("<!").contains("broadcast");
    }

    /// The clients check every byte of the replies.
    @Test
    void messagesServeEveryWorkloadOfExchanges() throws Exception {
        Path json = directory.resolve("now.json");
        assertThat(status(bench("--models", "auto:messages", "--workload", "pipeline,mixed,idle,custom", "--json",
                json.toString(), "--rate", "200", "--size", "3KiB", "--handler-waits", "1ms", "--shared-processors")))
                .as(err.text()).isZero();
        assertThat(json(json).environment().placement()).startsWith("contender and generator share all processors");
        List<ContenderResults> entries = json(json).comparisons().stream()
                .map(comparison -> comparison.entries().getFirst()).toList();
        assertThat(entries).hasSizeGreaterThanOrEqualTo(4).allSatisfy(entry -> assertThat(entry.remarks())
                .noneMatch(remark -> remark.contains("blocking handler")));
        assertThat(entries).anySatisfy(entry -> assertThat(
                entry.spread(BenchMetric.REQUESTS_PER_SECOND).orElseThrow().median()).isPositive());
    }

    /// Concurrent clients request 1 ms of computing, which no model may provide for less. It may cost more in a short run,
    /// while the JIT compilers run.
    @Test
    @Order(1)
    void noModelComputesForFree() throws Exception {
        Path json = directory.resolve("now.json");
        String models = FULL ? "thread,virtual,nio" : "virtual,nio";
        List<String> length = List.of("--rounds", "1", "--warmup", "300ms", "--duration", FULL ? "2s" : "1s",
                "--connections", "4");
        assertThat(status(bench(length, "--models", models, "--workload", "cpu", "--rate", "50", "--json",
                json.toString()))).as(err.text()).isZero();
        BenchResults results = json(json);
        assertThat(results.settings().multiplicationsPerMilli()).as("of one millisecond").isPositive();
        assertThat(results.comparisons().getFirst().entries()).hasSize(models.split(",", -1).length)
                .allSatisfy(entry -> assertThat(
                        entry.spread(BenchMetric.CPU_MICROS_PER_REQUEST).orElseThrow().median()).as(entry.contender())
                        .isBetween(700.0, 5_000.0));
        out.awaitContaining("1 ms of computing is a chain of ");
    }

    @Test
    void allStylesOverUnixSocketsAgainstABaseline() throws Exception {
        Path json = directory.resolve("now.json");
        String[] same = {"--models", "nio,nio:protocol,nio:messages", "--endpoint", "unix", "--rate", "200", "--json",
            json.toString()};
        assertThat(status(bench(same))).as(err.text()).isZero();
        json(json);
        List<String> again = new ArrayList<>(List.of(same));
        again.addAll(List.of("--baseline", json.toString()));
        assertThat(status(bench(again.toArray(String[]::new)))).as(err.text()).isZero();
        assertThat(out.text()).containsIgnoringCase("baseline");
    }

    @Test
    void datagrams() throws Exception {
        Path json = directory.resolve("now.json");
        assertThat(status(
                bench("--models", "virtual", "--endpoint", "udp", "--rate", "500", "--json", json.toString())))
                .as(err.text()).isZero();
        assertThat(json(json).settings().endpoint()).isEqualTo("udp");
    }

    @Test
    void adviceAsksThreeQuestions() throws Exception {
        Process process = bench("--advise", "--rate", "100");
        try (Writer answers = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8)) {
            answers.write("soon\n5ms\n\n");
        }
        assertThat(status(process)).as(err.text()).isZero();
        assertThat(err.text()).contains("'soon': it is not a duration", "Models to compare: auto");
        assertThat(out.text()).contains("custom", "Verdict");
        assertThat(out.text().lines().reduce((_, last) -> last)).hasValueSatisfying(last -> assertThat(last)
                .matches("Recommendation: take (auto|virtual|io_uring|nio)[.,] .* the next best, .*\\."));
    }

    @Test
    void aSignalEndsTheBenchmarkWithTheResultsSoFar() throws Exception {
        Process process = bench("--models", "nio", "--workload", "echo,churn", "--rate", "200");
        err.awaitContaining("latency at 200 requests/s");
        Signals.send("TERM", process.pid());
        assertThat(status(process)).isEqualTo(1);
        assertThat(err.text()).contains("interrupted: the results so far follow");
        assertThat(out.text()).contains("echo", "nio");
        assertThat(process.descendants()).isEmpty();
    }

    @Test
    void aContenderThatNeverServesGivesOneSentenceBesideTheFigures() throws Exception {
        Process process = bench("--models", "nio", "--against", "gone=exit 7 # {port}", "--rate", "200");
        assertThat(status(process)).as(err.text()).isEqualTo(1);
        assertThat(out.text()).contains("gone", "7").contains("nio");
    }
}
