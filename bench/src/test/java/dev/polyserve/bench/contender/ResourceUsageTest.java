package dev.polyserve.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.bench.contender.ResourceUsage.Cost;
import dev.polyserve.bench.process.ProcessStat;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Compares the sampled usage of processes with their own figures.
@Tag("slow")
@Timeout(60)
class ResourceUsageTest {
    private static final long MILLI = 1_000_000;
    /// Overhead outside the measured work: reading the command, starting threads and processes.
    private static final long BESIDE = 60 * MILLI;

    @AutoClose
    private final ContenderLauncher launcher = ScriptedContender.launcher();

    @BeforeAll
    static void needsProc() {
        Requirements.proc();
    }

    @ParameterizedTest
    @ValueSource(strings = {"burn_in_process 0.3", "burn_in_threads 10 0.03", "burn_in_children 10 0.03"})
    void countsTheProcessorTimeUsed(String order) throws Exception {
        try (ScriptedContender peer = ScriptedContender.start(launcher)) {
            ResourceUsage before = usage(peer);
            long burned = peer.number(order);
            Cost cost = usage(peer).since(before);
            assertThat(burned).isGreaterThan(290 * MILLI);
            assertThat(cost.cpuNanos()).isPresent();
            assertThat(cost.cpuNanos().getAsLong()).isBetween(burned - cost.cpuErrorNanos(),
                    burned + cost.cpuErrorNanos() + BESIDE);
            assertThat(cost.elapsedNanos()).isGreaterThanOrEqualTo(burned);
        }
    }

    @Test
    void isExactToATickWithoutChildren() throws Exception {
        try (ScriptedContender peer = ScriptedContender.start(launcher)) {
            ResourceUsage before = usage(peer);
            peer.ask("burn_in_threads 5 0.001");
            assertThat(ProcessCpuClock.instance()).isPresent();
            assertThat(usage(peer).since(before).cpuErrorNanos()).isLessThanOrEqualTo(10 * MILLI);
        }
    }

    @Test
    void anIdleContenderCostsNothing() throws Exception {
        try (ScriptedContender peer = ScriptedContender.start(launcher)) {
            peer.ask("call 1");
            Eventually.holds("it waits for the next order", () -> {
                ResourceUsage before = usage(peer);
                Cost cost = usage(peer).since(before);
                return cost.cpuNanos().equals(OptionalLong.of(0)) && cost.contextSwitches().equals(OptionalLong.of(0));
            });
        }
    }

    @Test
    void countsSwitches() throws Exception {
        try (ScriptedContender peer = ScriptedContender.start(launcher)) {
            long known = peer.number("switch 0");
            ResourceUsage before = usage(peer);
            long switches = peer.number("switch 300") - known;
            Cost cost = usage(peer).since(before);
            // Only a lower bound: a sleep that has expired before it starts causes no switch.
            assertThat(switches).isGreaterThanOrEqualTo(100);
            assertThat(cost.contextSwitches()).isPresent();
            assertThat(cost.contextSwitches().getAsLong()).isBetween(switches - 5, switches + 20);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"burn_in_threads 10 0.03", "burn_in_children 10 0.03"})
    void switchesOfEndedThreadsAreUnknown(String order) throws Exception {
        try (ScriptedContender peer = ScriptedContender.start(launcher)) {
            ResourceUsage before = usage(peer);
            peer.ask(order);
            assertThat(usage(peer).since(before).contextSwitches()).isEmpty();
        }
    }

    @Test
    void timeOfChildrenThatAreNotReapedIsUnknown() throws Exception {
        try (ScriptedContender peer = ScriptedContender.start(launcher)) {
            peer.ask("ignore_children");
            ResourceUsage before = usage(peer);
            assertThat(usage(peer).since(before).cpuNanos()).isPresent();
            long child = peer.number("fork");
            ResourceUsage with = usage(peer);
            assertThat(with.since(before).cpuNanos()).isEmpty();
            peer.ask("kill " + child);
            Eventually.holds("it is gone", () -> peer.running.pids().size() == 1);
            assertThat(usage(peer).since(with).cpuNanos()).isEmpty();
        }
    }

    @Test
    void theCostOfADeadContenderIsUnknown() throws Exception {
        try (ScriptedContender peer = ScriptedContender.start(launcher)) {
            ResourceUsage before = usage(peer);
            peer.send("leave 1");
            Eventually.holds("it died", () -> !peer.running.alive());
            Cost cost = usage(peer).since(before);
            assertThat(cost.cpuNanos()).isEmpty();
            assertThat(cost.contextSwitches()).isEmpty();
        }
    }

    @Test
    void theCostOfUnknownProcessesIsUnknown() {
        ResourceUsage usage = UsageSampler.take(ContenderProcesses.unknown(), () -> 0);
        assertThat(usage.since(usage).cpuNanos()).isEmpty();
        assertThat(usage.since(usage).contextSwitches()).isEmpty();
    }

    @Test
    void aReusedProcessIdIsAnotherProcess() {
        ResourceUsage before = sample(0, Map.of(7L, new ThreadSchedStat(50 * MILLI, 900)),
                process(7, 1, 100, 50 * MILLI));
        ResourceUsage after = sample(5, Map.of(7L, new ThreadSchedStat(10 * MILLI, 30)),
                process(7, 1, 100, 60 * MILLI));
        assertThat(after.since(before)).isEqualTo(new Cost(5, 15, OptionalLong.of(10 * MILLI), 0, OptionalLong.of(30)));
        ResourceUsage another = sample(9, Map.of(), process(7, 1, 101, 70 * MILLI));
        assertThat(another.since(before).cpuNanos()).isEmpty();
    }

    @Test
    void timeOfAnEndedChildCountsForItsParent() {
        ResourceUsage before = sample(0, Map.of(), process(7, 1, 100, 0), process(8, 7, 110, 30 * MILLI));
        ResourceUsage after = sample(5, Map.of(), process(7, 1, 100, 80 * MILLI));
        assertThat(after.since(before).cpuNanos()).hasValue(50 * MILLI);
    }

    @Test
    void timeOfAnEndedOrphanIsUnknown() {
        ResourceUsage before = sample(0, Map.of(), process(7, 1, 100, 0), process(8, 1, 110, 30 * MILLI));
        ResourceUsage after = sample(5, Map.of(), process(7, 1, 100, 80 * MILLI));
        assertThat(after.since(before).cpuNanos()).isEmpty();
    }

    @Test
    void theCounterIsReadWithTheSample() {
        AtomicLong answered = new AtomicLong(40);
        ResourceUsage before = UsageSampler.take(ContenderProcesses.unknown(), answered::get);
        answered.set(100);
        assertThat(UsageSampler.take(ContenderProcesses.unknown(), answered::get).since(before).counted())
                .isEqualTo(60);
    }

    @Test
    void readsNamesWithBracketsAndBlanks() {
        ProcessStat stat = ProcessStat.parse("12 (a) Z (b) 1) S 3 4 5 0 -1 4194560 1 2 3 4 50 60 70 80 20 0 9 0 1234"
                + " 22622208 2134 18446744073709551615\n");
        assertThat(stat).isEqualTo(new ProcessStat(12, 3, 5, 1234, false, 110, 150, 9));
    }

    private static ResourceUsage usage(ScriptedContender peer) {
        return peer.running.usage(() -> 0);
    }

    private static ResourceUsage sample(long nanos, Map<Long, ThreadSchedStat> threads, ProcessCpuUsage... processes) {
        return new ResourceUsage(nanos, 3 * nanos,
                Stream.of(processes).collect(Collectors.toMap(p -> p.stat().pid(), p -> p)),
                threads);
    }

    private static ProcessCpuUsage process(long pid, long parent, long startTicks, long nanos) {
        return new ProcessCpuUsage(new ProcessStat(pid, parent, 7, startTicks, false, 0, 0, 1), nanos, 0, false);
    }
}
