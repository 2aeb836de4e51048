package dev.polyserve.linux.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.ProcessCalls;
import dev.polyserve.linux.system.SurrogateEscape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Programs start with what they were given and nothing else.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class ChildProgramTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    /// A real-time signal, which nothing else uses.
    private static final int A_SIGNAL = 50;
    private static final Map<String, String> PATH = Map.of("PATH", "/usr/bin:/bin");

    @TempDir
    private Path directory;

    /// The program, which only the stub starts. Processors other than x86-64 have none: there it is the C library.
    private static ChildProgram byStub(ChildProgram program) {
        return System.getProperty("os.arch").equals("amd64") ? program.byStub() : program;
    }

    static ChildProgram shell(String script) {
        return new ChildProgram(List.of("sh", "-c", script), PATH, Optional.empty(), true);
    }

    /// The output of a program that has the same socket as 0 and 1.
    private static String output(ChildProgram program) throws IOException {
        try (ChildSocketPair pair = new ChildSocketPair();
                ChildProcess child = program.start(pair.theirs, pair.theirs, 2)) {
            String written = pair.readAll();
            assertThat(child.await(LIMIT)).map(ChildExitStatus::how).contains(new ChildExitStatus.Code(0));
            return written;
        }
    }

    @Test
    void itsEnvironmentIsTheOneGiven() throws Exception {
        Map<String, String> environment = Map.of("NAME", "value", "EMPTY", "", "TEXT", "a b=c\nd");
        ChildProgram program = new ChildProgram(List.of("env", "-0"), environment, Optional.empty(), false);
        assertThat(output(program).split("\0")).containsExactlyInAnyOrder("NAME=value", "EMPTY=", "TEXT=a b=c\nd");
        ChildProgram none = new ChildProgram(List.of("env", "-0"), Map.of(), Optional.empty(), false);
        assertThat(output(none)).isEmpty();
    }

    @Test
    void itsArgumentsAreThoseGiven() throws Exception {
        List<String> command = List.of("printf", "%s|", "a b", "", "*", "$HOME");
        assertThat(output(new ChildProgram(command, PATH, Optional.empty(), false))).isEqualTo("a b||*|$HOME|");
    }

    @Test
    void textsAreHandedOverInTheLocalesEncoding() throws Exception {
        if (SurrogateEscape.CHARSET.equals(StandardCharsets.UTF_8)) {
            ChildProgram program = new ChildProgram(List.of("printf", "%s", "ä€"), PATH, Optional.empty(), false);
            assertThat(output(program)).isEqualTo("ä€");
        }
        String lone = "\ud800";
        assertThatThrownBy(() -> shell(lone)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "has characters that this locale's encoding, " + SurrogateEscape.CHARSET + ", does not have");
    }

    @Test
    void itWorksWhereItIsTold() throws Exception {
        ChildProgram program = new ChildProgram(List.of("pwd", "-P"), PATH, Optional.of(directory), false);
        assertThat(output(program)).isEqualTo(directory.toRealPath() + "\n");
    }

    /// On x86-64 both ways are there; else this compares the C library with itself.
    @Test
    void bothWaysStartItInTheSameState() throws Exception {
        int unused = ProcessCalls.ignore(SystemCallMemory.small(), A_SIGNAL);
        assertThat(unused).isZero();
        // No shell, which changes its signals.
        List<String> command = List.of("grep", "-E", "^(Sig(Ign|Blk|Cgt)|Umask|Seccomp|FDSize)", "/proc/self/status");
        ChildProgram program = new ChildProgram(command, PATH, Optional.of(directory), true);
        assertThat(program.isByLibrary()).isEqualTo(!System.getProperty("os.arch").equals("amd64"));
        assertThat(program.byLibrary().isByLibrary()).isTrue();
        String written = output(byStub(program));
        assertThat(written).contains("SigIgn:\t0000000000000000", "SigBlk:\t0000000000000000");
        assertThat(output(program.byLibrary())).isEqualTo(written);
        for (List<String> other : List.of(List.of("pwd", "-P"), List.of("env"), List.of("ls", "/proc/self/fd"))) {
            ChildProgram one = new ChildProgram(other, PATH, Optional.of(directory), true);
            assertThat(output(byStub(one))).isNotEmpty().isEqualTo(output(one.byLibrary()));
        }
    }

    @Test
    void theProgramIsSearchedInEachDirectoryOfThePath() throws Exception {
        // The directory of the shell is not the first one of any usual PATH.
        for (String name : List.of("sh", "/bin/sh")) {
            ChildProgram program = new ChildProgram(List.of(name, "-c", "echo $0"), PATH, Optional.empty(), false);
            assertThat(output(byStub(program))).isEqualTo(name + "\n").isEqualTo(output(program.byLibrary()));
        }
    }

    @Test
    void onlyTheDescriptorsGivenAreOpen() throws Exception {
        // This process's 1 and 2 are open without the close-on-exec flag.
        String script = "exec >&0; ls /proc/$$/fd; true";
        try (ChildSocketPair pair = new ChildSocketPair(); ChildProcess child = shell(script).start(pair.theirs)) {
            assertThat(pair.readAll()).as("the 1 is the shell's").isEqualTo("0\n1\n");
            assertThat(child.await(LIMIT)).isPresent();
        }
    }

    @Test
    void descriptorsComeInTheOrderGivenThoughTheirNumbersOverlap() throws Exception {
        String out = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
        String err = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
        String script = "links=$(for n in 1 2 3 4; do readlink /proc/$$/fd/$n; done); exec >&0;"
                + " echo \"$links\"; ls /proc/$$/fd; true";
        try (ChildSocketPair pair = new ChildSocketPair();
                ChildProcess child = shell(script).start(pair.theirs, 2, 1, 1, 2)) {
            assertThat(pair.readAll().lines()).containsExactly(err, out, out, err, "0", "1", "2", "3", "4");
            assertThat(child.await(LIMIT)).isPresent();
        }
    }

    @Test
    void itLeadsAGroupIfItIsTo() throws Exception {
        String field = "cut -d' ' -f5 /proc/$$/stat; echo $$; true";
        List<String> own = output(shell(field)).lines().toList();
        assertThat(own.get(0)).isEqualTo(own.get(1));
        ChildProgram plain = new ChildProgram(List.of("sh", "-c", field), PATH, Optional.empty(), false);
        List<String> ours = output(plain).lines().toList();
        assertThat(ours.get(0)).isNotEqualTo(ours.get(1));
    }

    @Test
    void whyItCannotStartIsOneSentence() throws Exception {
        assertFails("polyserve-no-such-program", Errno.ENOENT,
                "cannot start polyserve-no-such-program: there is no such program, neither as a path nor on the PATH, or"
                        + " what its first line names after #! is missing: No such file or directory (ENOENT)");
        Path plain = Files.writeString(directory.resolve("plain"), "echo no\n");
        assertFails(plain.toString(), Errno.EACCES, "cannot start " + plain
                + ": it may not be executed by this user; make it executable (chmod +x): Permission denied (EACCES)");
        Files.setPosixFilePermissions(plain, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertFails(plain.toString(), Errno.ENOEXEC, "cannot start " + plain
                + ": it is neither a program for this processor nor a script whose first line begins with #!:"
                + " Exec format error (ENOEXEC)");
        ChildProgram big = new ChildProgram(List.of("true", "x".repeat(4 << 20)), PATH, Optional.empty(), true);
        assertThatThrownBy(() -> big.start(0, 1, 2)).hasMessage("cannot start true: its arguments and its environment"
                + " are too long for the system; shorten them: Argument list too long (E2BIG)");
        Path nowhere = directory.resolve("nowhere");
        ChildProgram lost = new ChildProgram(List.of("true"), PATH, Optional.of(nowhere), true);
        assertThatThrownBy(() -> lost.start(0, 1, 2)).isInstanceOf(ProgramStartException.class)
                .hasMessage("cannot start true: the directory that it is to work in, " + nowhere
                        + ", is not there or is none");
    }

    private static void assertFails(String program, int errno, String message) {
        ChildProgram failing = new ChildProgram(List.of(program), PATH, Optional.empty(), true);
        assertThatThrownBy(() -> failing.start(0, 1, 2)).isInstanceOfSatisfying(ProgramStartException.class,
                e -> assertThat(e.errno()).isEqualTo(errno)).hasMessage(message);
    }

    @Test
    void whatCannotBeHandedOverIsRefused() {
        assertThatThrownBy(() -> new ChildProgram(List.of(), PATH, Optional.empty(), true))
                .hasMessageContaining("command is empty");
        assertThatThrownBy(() -> shell("a\0b")).hasMessage("argument a?b has a character NUL, which no program can be"
                + " given");
        assertThatThrownBy(() -> new ChildProgram(List.of("true"), Map.of("A=B", "c"), Optional.empty(), true))
                .hasMessage("'A=B' is no name of an environment variable");
    }

    @Test
    void nothingStaysOpen() throws Exception {
        ChildProgram program = shell("true");
        ChildProgram missing = new ChildProgram(List.of("/nowhere/at/all"), PATH, Optional.empty(), true);
        runBoth(program, missing);
        long before = open();
        for (int i = 0; i < 20; i++) {
            runBoth(program, missing);
        }
        assertThat(open()).isLessThan(before + 10);
    }

    /// What the C library would do after that is left out.
    @Test
    @EnabledIfSystemProperty(named = "os.arch", matches = "amd64")
    void afterAFailureOfTheStubNoProcessAndNoDescriptorIsLeft() throws Exception {
        ChildProgram program = byStub(shell("true"));
        ChildProgram missing = byStub(
                new ChildProgram(List.of("polyserve-no-such-program"), PATH, Optional.empty(), true));
        run(program);
        long children = children();
        long before = open();
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> missing.start(0, 1, 2)).isInstanceOf(IllegalStateException.class)
                    .hasMessage("the stub has not started polyserve-no-such-program");
        }
        assertThat(children()).as("zombies, too").isLessThanOrEqualTo(children);
        assertThat(open()).isLessThan(before + 10);
        // The failures were those of the program: the stub is still used.
        run(program);
    }

    private static void run(ChildProgram program) throws IOException {
        try (ChildProcess child = program.start(0, 1, 2)) {
            assertThat(child.await(LIMIT)).map(ChildExitStatus::how).contains(new ChildExitStatus.Code(0));
        }
    }

    private static long children() {
        return ProcessHandle.current().children().count();
    }

    private static void runBoth(ChildProgram program, ChildProgram missing) throws IOException {
        run(program);
        assertThatThrownBy(() -> missing.start(0, 1, 2)).isInstanceOf(ProgramStartException.class);
    }

    private static long open() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.count();
        }
    }
}
