package dev.polyserve.linux.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Checks the calls on processes that a started program cannot exercise.
@EnabledOnOs(OS.LINUX)
class ProcessCallsTest {
    private static final int SIGUSR2 = 12;
    private static final long SIG_IGN = 1;

    private final SystemCallMemory memory = SystemCallMemory.forTransfers();

    @TempDir
    private Path directory;

    private void setAction(int signal, long handler, long flags) {
        memory.word(0, handler);
        memory.word(1, flags);
        memory.word(2, 0);
        memory.word(3, 0);
        assertThat(sigaction(signal, memory.wordsAddress(), 0)).isZero();
    }

    private long sigaction(int signal, long newOne, long oldOne) {
        return SystemCalls.call(memory, SystemCallNumber.RT_SIGACTION, signal, newOne, oldOne, 8, 0, 0);
    }

    @Test
    void childrenAreKeptThoughTheProgramWasStartedIgnoringThem() {
        setAction(ProcessCalls.SIGCHLD, 1, 0);
        assertThat(ProcessCalls.keepChildren(memory)).isZero();
        assertThat(sigaction(ProcessCalls.SIGCHLD, 0, memory.wordsAddress())).isZero();
        assertThat(memory.word(0)).isZero();
        setAction(ProcessCalls.SIGCHLD, 0, 2);
        assertThat(ProcessCalls.keepChildren(memory)).isZero();
        assertThat(sigaction(ProcessCalls.SIGCHLD, 0, memory.wordsAddress())).isZero();
        assertThat(memory.word(1)).isZero();
    }

    @Test
    void aSignalIsBlockedInTheThreadAndThoseThatItStarts() throws Exception {
        long[] seen = new long[2];
        Thread thread = Thread.ofPlatform().start(() -> {
            seen[0] = ProcessCalls.block(SystemCallMemory.small(), ProcessCalls.SIGTTIN, ProcessCalls.SIGTTOU);
            Thread child = Thread.ofPlatform().start(() -> seen[1] = blocked());
            try {
                child.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        thread.join();
        assertThat(seen[0]).isZero();
        long both = 1L << (ProcessCalls.SIGTTIN - 1) | 1L << (ProcessCalls.SIGTTOU - 1);
        assertThat(seen[1] & both).isEqualTo(both);
        assertThat(blocked() & both).as("in a thread that has nothing to do with it").isZero();
    }

    private static long blocked() {
        SystemCallMemory words = SystemCallMemory.small();
        assertThat(SystemCalls.call(words, SystemCallNumber.RT_SIGPROCMASK, 0, 0, words.wordsAddress(), 8, 0, 0))
                .isZero();
        return words.word(0);
    }

    @Test
    void aSignalIsIgnoredByTheProcess() {
        setAction(SIGUSR2, 0, 0);
        assertThat(ProcessCalls.ignore(memory, SIGUSR2)).isZero();
        assertThat(sigaction(SIGUSR2, 0, memory.wordsAddress())).isZero();
        assertThat(memory.word(0)).isEqualTo(SIG_IGN);
    }

    @Test
    void noSignalIsBlockedOrIgnoredInAChild() throws Exception {
        Path seen = directory.resolve("seen");
        setAction(SIGUSR2, SIG_IGN, 0);
        try (PosixSpawn spawn = new PosixSpawn(false)) {
            int pid = spawn.start(
                    new ArgvAndEnvp(List.of("sh", "-c", "exec grep ^Sig /proc/self/status >" + seen), Map.of()),
                    Map.of("PATH", "/usr/bin:/bin"));
            assertThat(pid).isPositive();
            int pidfd = ProcessCalls.pidfdOpen(memory, pid);
            PollDescriptors one = new PollDescriptors(1);
            one.set(0, pidfd, PollDescriptors.IN);
            assertThat(ReadinessWaitCalls.poll(memory, one, 1, 30_000_000_000L)).isEqualTo(1);
            assertThat(ProcessCalls.reap(memory, pidfd, new WaitidResult())).isZero();
            assertThat(DescriptorCalls.close(memory, pidfd)).isZero();
        } finally {
            setAction(SIGUSR2, 0, 0);
        }
        assertThat(Files.readString(seen)).containsPattern("SigBlk:\\s0{16}\n").containsPattern("SigIgn:\\s0{16}\n");
    }

    @Test
    void aChildWithoutADescriptorIsEndedAndReaped() {
        try (PosixSpawn spawn = new PosixSpawn(true)) {
            int pid = spawn.start(new ArgvAndEnvp(List.of("sleep", "1000"), Map.of()), Map.of());
            assertThat(pid).isPositive();
            assertThat(ProcessCalls.killAndReap(memory, pid, true)).isZero();
            assertThat(ProcessCalls.pidfdOpen(memory, pid)).isEqualTo(-Errno.ESRCH);
        }
    }
}
