package dev.polyserve.linux.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.linux.multiplexer.EpollMultiplexer;
import dev.polyserve.linux.system.ProcessCalls;
import dev.polyserve.loop.Multiplexer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// The end of a child is reported, and only to its parent.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class ChildProcessTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static ChildExitStatus ended(ChildProcess child) throws Exception {
        return child.await(LIMIT).orElseThrow();
    }

    @Test
    void howItEndsIsTold() throws Exception {
        try (ChildProcess child = ChildProgramTest.shell("exit 7").start(0, 1, 2)) {
            assertThat(ended(child).how()).isEqualTo(new ChildExitStatus.Code(7));
            assertThat(ended(child).text()).as("again").isEqualTo("exit 7");
        }
        try (ChildProcess child = ChildProgramTest.shell("kill -9 $$").start(0, 1, 2)) {
            assertThat(ended(child).how()).isEqualTo(new ChildExitStatus.Signal(ProcessCalls.SIGKILL));
            assertThat(ended(child).text()).isEqualTo("killed by SIGKILL");
        }
        assertThat(new ChildExitStatus(new ChildExitStatus.Signal(42), Duration.ZERO).text())
                .isEqualTo("killed by signal 42");
    }

    @Test
    void itsProcessorTimeIsTold() throws Exception {
        String busy = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";
        try (ChildProcess child = ChildProgramTest.shell(busy).start(0, 1, 2)) {
            assertThat(ended(child).cpu()).isBetween(Duration.ofMillis(5), Duration.ofSeconds(30));
        }
    }

    @Test
    void itRunsUntilItIsSignalled() throws Exception {
        try (ChildProcess child = ChildProgramTest.shell("exec sleep 1000").start(0, 1, 2)) {
            assertThat(child.poll()).isEmpty();
            assertThat(child.await(Duration.ofMillis(1))).isEmpty();
            child.signal(ProcessCalls.SIGTERM);
            assertThat(ended(child).how()).isEqualTo(new ChildExitStatus.Signal(ProcessCalls.SIGTERM));
            child.signal(ProcessCalls.SIGTERM);
            child.signalGroup(ProcessCalls.SIGTERM);
            assertThat(child.signalLeftOver(0)).isFalse();
        }
    }

    @Test
    void aGroupIsSignalledAsAWhole() throws Exception {
        try (ChildSocketPair pair = new ChildSocketPair()) {
            try (ChildProcess child = ChildProgramTest.shell("sleep 1000 & echo started; wait").start(pair.theirs,
                    pair.theirs)) {
                assertThat(pair.readLine()).isEqualTo("started");
                child.signalGroup(ProcessCalls.SIGKILL);
                assertThat(ended(child).how()).isEqualTo(new ChildExitStatus.Signal(ProcessCalls.SIGKILL));
                assertThat(pair.readAll()).as("until no process has it any more").isEmpty();
            }
        }
    }

    @Test
    void whatItLeavesBehindCanBeEnded() throws Exception {
        try (ChildSocketPair pair = new ChildSocketPair()) {
            try (ChildProcess child = ChildProgramTest.shell("sleep 1000 & exit 0").start(pair.theirs, pair.theirs)) {
                assertThat(child.signalLeftOver(ProcessCalls.SIGKILL)).as("before it has ended").isFalse();
                assertThat(ended(child).how()).isEqualTo(new ChildExitStatus.Code(0));
                assertThat(child.signalLeftOver(0)).isTrue();
                assertThat(child.signalLeftOver(ProcessCalls.SIGKILL)).isTrue();
                assertThat(pair.readAll()).isEmpty();
            }
        }
    }

    @Test
    void itsEndWakesALoop() throws Exception {
        EpollMultiplexer multiplexer = new EpollMultiplexer();
        try (ChildSocketPair pair = new ChildSocketPair();
                ChildProcess child = ChildProgramTest.shell("read line").start(pair.theirs, pair.theirs)) {
            List<Integer> told = new ArrayList<>();
            Multiplexer.Watch watch = multiplexer.watch(child.end(), Multiplexer.READ, told::add);
            multiplexer.await(0);
            assertThat(told).isEmpty();
            pair.writeLine("now");
            while (told.isEmpty()) {
                multiplexer.await(Duration.ofSeconds(30).toNanos());
            }
            assertThat(child.poll()).isPresent();
            multiplexer.forget(watch);
        } finally {
            multiplexer.close();
        }
    }

    @Test
    void oneThatHasEndedAndWasNotReapedDoesNotRun() throws Exception {
        EpollMultiplexer multiplexer = new EpollMultiplexer();
        try (ChildSocketPair pair = new ChildSocketPair();
                ChildProcess child = ChildProgramTest.shell("read line").start(pair.theirs, pair.theirs)) {
            assertThat(NonChildProcess.isRunning(child.pid())).isTrue();
            assertThat(LiveProcessGroups.running()).contains(child.pid());
            List<Integer> told = new ArrayList<>();
            Multiplexer.Watch watch = multiplexer.watch(child.end(), Multiplexer.READ, told::add);
            pair.writeLine("now");
            while (told.isEmpty()) {
                multiplexer.await(Duration.ofSeconds(30).toNanos());
            }
            assertThat(Path.of("/proc", Integer.toString(child.pid()))).as("of the zombie").exists();
            assertThat(NonChildProcess.isRunning(child.pid())).isFalse();
            assertThat(LiveProcessGroups.running()).doesNotContain(child.pid());
            assertThat(child.poll()).isPresent();
            multiplexer.forget(watch);
        } finally {
            multiplexer.close();
        }
    }

    @Test
    void childrenOfOthersAreLeftToThem() throws Exception {
        Process users = new ProcessBuilder("sh", "-c", "exit 72").start();
        for (int i = 0; i < 20; i++) {
            try (ChildProcess child = ChildProgramTest.shell("exit 1").start(0, 1, 2)) {
                assertThat(ended(child).how()).isEqualTo(new ChildExitStatus.Code(1));
            }
        }
        assertThat(users.waitFor()).isEqualTo(72);
    }

    @Test
    void aClosedOneIsNotAskedAnyMore() throws Exception {
        ChildProcess child = ChildProgramTest.shell("exit 0").start(0, 1, 2);
        ended(child);
        child.close();
        child.close();
        assertThat(child.poll()).isPresent();
        ChildProcess unasked = ChildProgramTest.shell("exit 0").start(0, 1, 2);
        try (ChildProcess _ = unasked) {
            assertThat(unasked.end().descriptor().isOpen()).isTrue();
            ended(unasked);
        }
        ChildProcess running = ChildProgramTest.shell("exec sleep 1000").start(0, 1, 2);
        running.signal(ProcessCalls.SIGKILL);
        running.close();
        assertThatThrownBy(running::poll).isInstanceOf(ClosedChannelException.class);
    }
}
