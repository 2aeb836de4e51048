package dev.polyserve.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.polyserve.Endpoint;
import dev.polyserve.bench.contender.SystemCallCounter.Count;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
@Timeout(60)
class SystemCallCounterTest {
    @TempDir
    private Path directory;
    @AutoClose
    private final ContenderLauncher launcher = ScriptedContender.launcher();

    @ParameterizedTest
    @ValueSource(strings = {"perf", "strace"})
    void countsTheCallsOfTheWindow(String tool) throws Exception {
        ExecutableLookup path = with(tool, Requirements.program(tool));
        try (ScriptedContender peer = ScriptedContender.start(launcher)) {
            peer.ask("call 5000");
            Count count = whatIsCounted(peer, path, "call 10000");
            assertThat(count.by()).isEqualTo(tool);
            assertThat(count.systemCalls()).isBetween(10_000L, 10_100L);
            assertThat(count.contextSwitches().isPresent()).isEqualTo(tool.equals("perf"));
            assertThat(peer.ask("call 1")).isEqualTo("None");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"perf", "strace"})
    void countsTheCallsOfProcessesThatStartInTheWindow(String tool) throws Exception {
        ExecutableLookup path = with(tool, Requirements.program(tool));
        try (ScriptedContender peer = ScriptedContender.start(launcher)) {
            long before = whatIsCounted(peer, path, "call 0").systemCalls();
            // Each child makes far more calls than this: it reads a thread's clock in a loop, which is a system
            // call.
            assertThat(whatIsCounted(peer, path, "burn_in_children 3 0.02").systemCalls()).isGreaterThan(before + 300);
        }
    }

    @Test
    void perfCountsContextSwitches() throws Exception {
        ExecutableLookup path = with("perf", Requirements.program("perf"));
        try (ScriptedContender peer = ScriptedContender.start(launcher)) {
            assertThat(whatIsCounted(peer, path, "switch 300").contextSwitches().orElseThrow()).isBetween(300L, 600L);
        }
    }

    @Test
    void fallsBackToStrace() throws Exception {
        with("strace", Requirements.program("strace"));
        ExecutableLookup path = script("perf", "echo Error: >&2; echo 'Access is limited.' >&2; exit 255");
        try (ScriptedContender peer = ScriptedContender.start(launcher)) {
            assertThat(whatIsCounted(peer, path, "call 10").by()).isEqualTo("strace");
        }
    }

    @Test
    void explainsWhyNeitherWorks() throws Exception {
        ExecutableLookup path = script("perf", "echo Error: >&2; echo 'Access is limited.' >&2; exit 255");
        try (ScriptedContender peer = ScriptedContender.start(launcher)) {
            assertThatExceptionOfType(ContenderException.class)
                    .isThrownBy(() -> SystemCallCounter.attach(peer.running, path))
                    .withMessage(
                            "the system calls of orderly are not counted, because perf ended (Access is limited.),"
                                    + " and strace is not installed (Debian package strace)");
        }
    }

    @Test
    void aContenderThatDiesInTheWindowIsCounted() throws Exception {
        ExecutableLookup path = with("perf", Requirements.program("perf"));
        try (ScriptedContender peer = ScriptedContender.start(launcher); SystemCallCounter watch = watch(peer, path)) {
            peer.ask("call 100");
            peer.send("leave 1");
            Eventually.holds("it died", () -> !peer.running.alive());
            assertThat(watch.stop().systemCalls()).isGreaterThan(100);
        }
    }

    @Test
    void unknownProcessesAreReported() {
        RunningContender running = new RunningContender("far", new Endpoint.Tcp("192.0.2.1", 7),
                new ExistingServer("far", ContenderProcesses.unknown()), ContenderProcesses.unknown(), List.of());
        assertThatExceptionOfType(ContenderException.class).isThrownBy(() -> SystemCallCounter.attach(running))
                .withMessage(
                        "the system calls of far are not counted, because its processes are not visible");
    }

    private static Count whatIsCounted(ScriptedContender peer, ExecutableLookup path, String order) throws Exception {
        try (SystemCallCounter watch = watch(peer, path)) {
            peer.ask(order);
            return watch.stop();
        }
    }

    /// Starts counting, or skips the test where tracing is not permitted.
    private static SystemCallCounter watch(ScriptedContender peer, ExecutableLookup path) throws Exception {
        try {
            return SystemCallCounter.attach(peer.running, path);
        } catch (ContenderException e) {
            return abort(e.getMessage());
        }
    }

    private ExecutableLookup with(String name, String program) throws Exception {
        return script(name, "exec " + program + " \"$@\"");
    }

    private ExecutableLookup script(String name, String text) throws Exception {
        Path file = Files.createFile(directory.resolve(name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        return new ExecutableLookup(List.of(directory));
    }
}
