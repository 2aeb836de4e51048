package dev.polyserve.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.bench.contender.Contender;
import dev.polyserve.bench.contender.ContenderLauncher;
import dev.polyserve.bench.contender.MachineDescription;
import dev.polyserve.bench.contender.ProcessorPlacement;
import dev.polyserve.bench.contender.PolyserveProgram;
import dev.polyserve.bench.contender.LoadTransport;
import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.BenchResults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Runs complete benchmarks against servers in processes of their own.
@Tag("slow")
@Timeout(120)
class BenchmarkRunnerTest {
    private static final ProcessorPlacement ANYWHERE = new ProcessorPlacement.Unpinned(2, "a test");

    private final List<String> heard = new ArrayList<>();

    private static Contender peer(String name, String behaviour) {
        return Contender.against(name + "=exec '" + System.getProperty("java.home")
                + "/bin/java' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
                + " --add-opens java.base/java.lang=ALL-UNNAMED -cp '" + System.getProperty("surefire.test.class.path",
                        System.getProperty("java.class.path"))
                + "' " + EchoPeer.class.getName() + " {port} " + behaviour);
    }

    private static BenchPlan plan(List<Contender> contenders, OptionalDouble rate, Workload... workloads) {
        return new BenchPlan(contenders, List.of(workloads), LoadTransport.TCP, OptionalInt.of(4), 64, 1, rate, 2,
                Duration.ofMillis(100), Duration.ofMillis(200),
                new BenchPlan.WorkTimes(Duration.ZERO, Duration.ZERO), "test");
    }

    private BenchResults run(BenchPlan plan, Duration startTimeout, Consumer<String> onStep) {
        return run(plan, startTimeout, onStep, FurtherRoundsRule.NONE);
    }

    private BenchResults run(BenchPlan plan, Duration startTimeout, Consumer<String> onStep,
            FurtherRoundsRule further) {
        BenchProgressListener listener = new BenchProgressListener() {
            @Override
            public void begins(String what, Duration left) {
                assertThat(left).isGreaterThanOrEqualTo(Duration.ZERO);
                heard.add(what);
                onStep.accept(what);
            }

            @Override
            public void note(String sentence) {
                heard.add(sentence);
            }
        };
        try (ContenderLauncher launcher = new ContenderLauncher(new PolyserveProgram(List.of("false")), ANYWHERE,
                startTimeout)) {
            return new BenchmarkRunner(plan, launcher, ANYWHERE, MachineDescription.environment(ANYWHERE), listener,
                    further)
                    .run();
        }
    }

    private BenchResults run(BenchPlan plan) {
        return run(plan, ContenderLauncher.START_TIMEOUT, _ -> {
        });
    }

    private static ContenderResults entry(ComparisonResult comparison, String contender) {
        return comparison.entries().stream().filter(entry -> entry.contender().equals(contender)).findFirst()
                .orElseThrow();
    }

    @Test
    void twoContendersTakeTurns() {
        BenchResults results = run(plan(List.of(peer("one", "well"), peer("two", "well")), OptionalDouble.empty(),
                Workload.ECHO));
        assertThat(results.complete()).isTrue();
        assertThat(results.comparisons()).extracting(ComparisonResult::load).containsExactly(
                ComparisonResult.Load.CLOSED, ComparisonResult.Load.OPEN, ComparisonResult.Load.OPEN);
        for (ComparisonResult comparison : results.comparisons()) {
            assertThat(comparison.entries()).allSatisfy(entry -> {
                assertThat(entry.failure()).isNull();
                assertThat(entry.rounds()).hasSize(2);
                assertThat(entry.rounds().getFirst().metrics()).containsKeys(BenchMetric.REQUESTS_PER_SECOND,
                        BenchMetric.P50, BenchMetric.P99, BenchMetric.MAX, BenchMetric.GENERATOR_SHARE);
                assertThat(entry.latency()).isNotEmpty();
            });
        }
        assertThat(heard).filteredOn(what -> what.contains("capacity")).extracting(what -> what.replaceAll(".*, ", ""))
                .containsExactly("one", "two", "two", "one");
    }

    @Test
    void anOpenLoopAtTheGivenRate() {
        BenchResults results = run(plan(List.of(peer("one", "well")), OptionalDouble.of(500), Workload.ECHO));
        ComparisonResult open = results.comparisons().getLast();
        assertThat(open.requestsPerSecond()).isEqualTo(500);
        assertThat(entry(open, "one").spread(BenchMetric.REQUESTS_PER_SECOND).orElseThrow().median()).isBetween(300.0,
                700.0);
    }

    @Test
    void roundsThatLeaveAQuestionOpenAreRepeatedTwiceAtMost() {
        List<Integer> measured = new ArrayList<>();
        BenchResults results = run(plan(List.of(peer("one", "well")), OptionalDouble.of(500), Workload.ECHO),
                ContenderLauncher.START_TIMEOUT, _ -> {
                }, comparison -> measured.add(entry(comparison, "one").rounds().size()));
        assertThat(measured).containsExactly(2, 4);
        assertThat(results.comparisons()).extracting(comparison -> entry(comparison, "one").rounds().size())
                .as("closed loop, fixed rate").containsExactly(2, 6);
        assertThat(heard).filteredOn(what -> what.contains("latency")).last().asString().contains("round 6 of 6");
    }

    @Test
    void aFailedContenderLeavesTheRunAndTheOthersStay() {
        BenchResults results = run(plan(List.of(peer("good", "well"), peer("dying", "dies"), peer("wrong", "changes"),
                Contender.against("deaf=sleep 100; : {port}")), OptionalDouble.of(200), Workload.ECHO),
                Duration.ofSeconds(5), _ -> {
                });
        ComparisonResult closed = results.comparisons().getFirst();
        assertThat(entry(closed, "good").failure()).isNull();
        assertThat(entry(closed, "good").rounds()).hasSize(2);
        assertThat(entry(closed, "dying").failure()).contains("connection");
        assertThat(entry(closed, "wrong").failure()).contains("byte 5 of the replies is");
        assertThat(entry(closed, "deaf").failure()).contains("deaf did not listen on tcp://127.0.0.1:");
        assertThat(results.comparisons().getLast().entries()).extracting(ContenderResults::contender)
                .containsExactly("good");
    }

    @Test
    void aServiceThatCannotBeProvidedIsReported() {
        BenchResults results = run(
                plan(List.of(peer("one", "well")), OptionalDouble.empty(), Workload.WAIT, Workload.CHURN));
        assertThat(entry(results.comparisons().getFirst(), "one").failure()).contains("one is expected to echo only");
        assertThat(results.comparisons()).extracting(ComparisonResult::workload).contains("churn");
    }

    @Test
    void memoryOfIdleConnectionsIsMeasured() {
        BenchResults results = run(plan(List.of(peer("one", "well")), OptionalDouble.empty(), Workload.IDLE));
        ContenderResults entry = entry(results.comparisons().getFirst(), "one");
        assertThat(entry.spread(BenchMetric.HEAP_BYTES_PER_CONNECTION)).isPresent();
        assertThat(entry.rounds()).hasSize(2);
    }

    @Test
    void anInterruptKeepsTheResultsSoFar() {
        BenchResults results = run(
                plan(List.of(peer("one", "well")), OptionalDouble.empty(), Workload.ECHO, Workload.CHURN),
                ContenderLauncher.START_TIMEOUT, what -> {
                    if (what.contains("capacity, round 2")) {
                        Thread.currentThread().interrupt();
                    }
                });
        assertThat(Thread.interrupted()).as("interrupted still").isFalse();
        assertThat(results.complete()).isFalse();
        assertThat(results.comparisons()).hasSize(1);
        assertThat(entry(results.comparisons().getFirst(), "one").rounds()).hasSize(1);
        assertThat(ProcessHandle.current().descendants()).as("processes left").isEmpty();
    }

    @Test
    void aContradictoryPlanIsRejected() {
        BenchPlan twice = plan(List.of(peer("one", "well"), peer("one", "well")), OptionalDouble.empty(),
                Workload.ECHO);
        assertThatThrownBy(() -> run(twice)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("'one'");
        BenchPlan overUdp = new BenchPlan(List.of(peer("one", "well")), List.of(Workload.CHURN), LoadTransport.UDP,
                OptionalInt.empty(), 64, 1, OptionalDouble.empty(), 1, Duration.ofSeconds(1), Duration.ofSeconds(1),
                new BenchPlan.WorkTimes(Duration.ZERO, Duration.ZERO), "test");
        assertThatThrownBy(() -> run(overUdp)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("churn needs connections");
    }

    @Test
    void everyWorkloadIsKnownByItsName() {
        assertThat(Stream.of(Workload.values()).map(workload -> Workload.named(workload.id())))
                .containsExactly(Workload.values());
        assertThatThrownBy(() -> Workload.named("echoes")).hasMessageContaining("unknown workload 'echoes'")
                .hasMessageContaining("slow-reader");
    }
}
