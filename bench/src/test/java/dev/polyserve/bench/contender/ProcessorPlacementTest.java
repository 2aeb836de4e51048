package dev.polyserve.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.bench.contender.ProcessorPlacement.Pinned;
import dev.polyserve.bench.contender.ProcessorPlacement.Shared;
import dev.polyserve.bench.contender.ProcessorPlacement.Unpinned;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ProcessorPlacementTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            5           | 5                 | 5     | 5
            0-1         | 0 1               | 0     | 1
            0-1         | 0,1               | 0     | 1
            0-2         | 0 1 2             | 0     | 1-2
            0-3         | 0 1 2 3           | 0-1   | 2-3
            0-3         | 0,2 1,3           | 0,2   | 1,3
            0-5         | 0,3 1,4 2,5       | 0,3   | 1-2,4-5
            0-7         | 0,4 1,5 2,6 3,7   | 0-1,4-5 | 2-3,6-7
            2,9         | 2 9               | 2     | 9
            """)
    void dividesWholeCores(String allowed, String cores, String contender, String generator) {
        List<ProcessorList> byCore = Stream.of(cores.split(" ", -1)).map(ProcessorList::parse).toList();
        Pinned pinned = ProcessorPlacement.divide(ProcessorList.parse(allowed), byCore, "taskset");
        assertThat(pinned.contender()).hasToString(contender);
        assertThat(pinned.generator()).hasToString(generator);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0-3", "0,2,4-6", "7-8,63"})
    void processorListsRoundTrip(String list) {
        assertThat(ProcessorList.parse(list)).hasToString(list);
        assertThatIllegalArgumentException().isThrownBy(() -> new ProcessorList(List.of()));
    }

    @Test
    void describesThePlacement() {
        ProcessorList one = ProcessorList.parse("901");
        assertThat(new Pinned(one, ProcessorList.parse("902-903"), "taskset").describe())
                .isEqualTo("contender on processor 901, generator on processors 902-903");
        assertThat(new Pinned(one, one, "taskset").describe())
                .isEqualTo("contender and generator share processor 901, so each slows the other");
        assertThat(new Unpinned(4, "there is no taskset").describe())
                .isEqualTo("not pinned: there is no taskset, so contender and generator share 4 processors");
        assertThat(new Unpinned(4, "").commandPrefix()).isEmpty();
        assertThat(new Shared(2).describe())
                .isEqualTo("contender and generator share all processors (2), so each slows the other");
        assertThat(new Shared(2).commandPrefix()).isEmpty();
        assertThat(new Pinned(one, one, "/bin/taskset").commandPrefix()).containsExactly("/bin/taskset", "-c", "901");
    }

    @Test
    void pinsTheGenerator() throws Exception {
        Requirements.proc();
        String taskset = Requirements.program("taskset");
        Process generator = new ProcessBuilder("sleep", "100").start();
        try {
            ProcessorPlacement placement = ProcessorPlacement.take(generator.pid(), ExecutableLookup.ofThisProcess());
            assertThat(placement).isInstanceOfSatisfying(Pinned.class, pinned -> {
                assertThat(pinned.taskset()).isEqualTo(taskset);
                assertThat(ProcessorTopology.allowed(generator.pid())).contains(pinned.generator());
                assertThat(pinned.contenderProcessors()).isEqualTo(pinned.contender().count());
            });
        } finally {
            generator.destroyForcibly();
        }
    }

    @Test
    void pinsTheContender() throws Exception {
        Requirements.proc();
        Requirements.program("taskset");
        ProcessorList allowed = ProcessorTopology.allowed(ProcessHandle.current().pid()).orElseThrow();
        assumeTrue(allowed.count() > 1, "needs two processors");
        Pinned pinned = ProcessorPlacement.divide(allowed, ProcessorTopology.cores(allowed), "taskset");
        try (ContenderLauncher launcher = new ContenderLauncher(new PolyserveProgram(List.of()), pinned);
                ScriptedContender contender = ScriptedContender.start(launcher)) {
            assertThat(contender.running.pids()).singleElement()
                    .satisfies(pid -> assertThat(ProcessorTopology.allowed(pid)).contains(pinned.contender()));
        }
    }

    @Test
    void withoutTasksetNoProcessIsPinned() throws Exception {
        Requirements.proc();
        assertThat(ProcessorPlacement.take(ProcessHandle.current().pid(), new ExecutableLookup(List.of())).describe())
                .startsWith("not pinned: taskset is not installed (Debian package util-linux), so contender and");
    }

    @Test
    void aProcessThatCannotBePinnedLeavesAllUnpinned() throws Exception {
        Requirements.proc();
        Requirements.program("taskset");
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        assertThat(ProcessorPlacement.take(ended.pid(), ExecutableLookup.ofThisProcess()).describe())
                .startsWith("not pinned: taskset did not move the generator (");
    }
}
