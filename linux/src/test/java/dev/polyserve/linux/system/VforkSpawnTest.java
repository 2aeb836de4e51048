package dev.polyserve.linux.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The stub that starts programs goes on to the next directory, and gives up for good, when it should.
@EnabledOnOs(OS.LINUX)
@EnabledIfSystemProperty(named = "os.arch", matches = "amd64")
@Timeout(60)
class VforkSpawnTest {
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int PR_SET_SECCOMP = 22;
    private static final long SECCOMP_MODE_FILTER = 2;
    private static final int SECCOMP_RET_ERRNO = 0x5_0000;
    private static final int SECCOMP_RET_ALLOW = 0x7fff_0000;
    private static final int LOAD_NUMBER = 0x20;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int RETURN = 0x06;
    private static final int CLOSE_RANGE = 436;

    @TempDir
    private Path directory;

    private final SystemCallMemory memory = SystemCallMemory.forTransfers();
    private final AtomicBoolean refused = new AtomicBoolean();

    private VforkSpawn program(Path... paths) {
        List<String> texts = List.of(paths).stream().map(Path::toString).toList();
        return VforkSpawn.at(new ArgvAndEnvp(List.of("true"), Map.of()), texts, Optional.empty(), true, refused)
                .orElseThrow();
    }

    /// Starts the program, and returns whether the stub has done so.
    private boolean starts(VforkSpawn program) {
        long started = program.start(memory, Map.of(), 0, 1, 2);
        assertThat(started).isNotNegative();
        if (started == 0) {
            return false;
        }
        assertThat(ProcessCalls.killAndReap(memory, (int) started, false)).isZero();
        assertThat(DescriptorCalls.close(memory, (int) (started >>> Integer.SIZE))).isZero();
        return true;
    }

    @Test
    void aDirectoryThatDoesNotHaveTheProgramIsPassed() throws Exception {
        Path found = Path.of("/bin/true");
        Path missing = directory.resolve("true");
        Path inAFile = Files.writeString(directory.resolve("file"), "").resolve("true");
        Path notExecutable = Files.writeString(directory.resolve("plain"), "");
        assertThat(starts(program(missing, inAFile, notExecutable, found))).isTrue();
        for (Path last : List.of(missing, inAFile, notExecutable)) {
            assertThat(starts(program(last))).isFalse();
        }
        Path noProgram = Files.writeString(directory.resolve("text"), "no program");
        assertThat(noProgram.toFile().setExecutable(true)).isTrue();
        assertThat(starts(program(noProgram, found))).as("after ENOEXEC").isFalse();
        assertThat(refused).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.ENOSYS, Errno.EPERM})
    void aCallThatTheSystemLacksOrForbidsIsNotTriedAgain(int errno) throws Exception {
        VforkSpawn program = program(Path.of("/bin/true"));
        assertThat(starts(program)).isTrue();
        FutureTask<Optional<Boolean>> filtered = new FutureTask<>(
                () -> forbidCloseRange(errno) ? Optional.of(starts(program)) : Optional.empty());
        // The filter ends with the thread.
        Thread.ofPlatform().start(filtered);
        Optional<Boolean> started = filtered.get(30, TimeUnit.SECONDS);
        assumeTrue(started.isPresent(), "needs seccomp filters");
        assertThat(started).contains(false);
        assertThat(refused).isTrue();
        assertThat(starts(program)).as("without the filter, had it been tried").isFalse();
    }

    /// Has `close_range` fail in this thread and in what it starts.
    ///
    /// @return false where there are no filters
    private static boolean forbidCloseRange(int errno) {
        var word = ValueLayout.JAVA_LONG;
        Linker linker = Linker.nativeLinker();
        var prctl = linker.downcallHandle(linker.defaultLookup().findOrThrow("prctl"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, word, word, word, word),
                Linker.Option.firstVariadicArg(1));
        try (Arena arena = Arena.ofConfined()) {
            // struct sock_filter { u16 code; u8 jt, jf; u32 k; }
            MemorySegment filter = arena.allocateFrom(ValueLayout.JAVA_INT, LOAD_NUMBER, 0,
                    JUMP_IF_EQUAL | 1 << 24, CLOSE_RANGE, RETURN, SECCOMP_RET_ERRNO | errno, RETURN,
                    SECCOMP_RET_ALLOW);
            // struct sock_fprog { unsigned short len; struct sock_filter *filter; }
            MemorySegment whole = arena.allocateFrom(word, filter.byteSize() / Long.BYTES, filter.address());
            return (int) prctl.invokeExact(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == 0
                    && (int) prctl.invokeExact(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, whole.address(), 0L, 0L) == 0;
        } catch (Throwable thrown) {
            throw new IllegalStateException("prctl threw", thrown);
        }
    }
}
