package dev.polyserve.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.polyserve.Endpoint;
import dev.polyserve.bench.process.ProcessStat;
import dev.polyserve.bench.service.BenchService;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Starts commands as contenders, and checks how their failures are reported.
@Tag("slow")
@Timeout(60)
class ContenderLauncherTest {
    private static final ProcessorPlacement ANYWHERE = new ProcessorPlacement.Unpinned(1, "it is a test");
    private static final PolyserveProgram NONE = new PolyserveProgram(List.of("false"));

    @AutoClose
    private final ContenderLauncher launcher = new ContenderLauncher(NONE, ANYWHERE);
    @AutoClose
    private final ContenderLauncher hasty = new ContenderLauncher(NONE, ANYWHERE, Duration.ofSeconds(2));

    @Test
    void aCommandReceivesItsPort() throws Exception {
        try (ScriptedContender peer = ScriptedContender.start(launcher)) {
            assertThat(peer.running.endpoint()).isInstanceOfSatisfying(Endpoint.Tcp.class,
                    tcp -> assertThat(tcp.port()).isBetween(1024, 32767));
            assertThat(peer.running.alive()).isTrue();
            assertThat(peer.running.ended()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"TCP,$PORT", "UNIX,$SOCKET", "UNIX,{path}"})
    void aCommandReceivesItsEndpoint(LoadTransport transport, String place) throws Exception {
        RunningContender running = launcher.start(Contender.against("p=" + ScriptedContender.command(place)),
                BenchService.ECHO, transport);
        try (ScriptedContender peer = ScriptedContender.of(running)) {
            assertThat(LoadTransport.of(running.endpoint())).isEqualTo(transport);
            assertThat(peer.ask("environment " + (transport == LoadTransport.UNIX ? "SOCKET" : "PORT")))
                    .isNotEqualTo("-");
        }
        if (running.endpoint() instanceof Endpoint.Unix unix) {
            assertThat(unix.path().getParent()).doesNotExist();
        }
    }

    @Test
    void datagramsAreEchoed() throws Exception {
        RunningContender running = launcher.start(Contender.against("p=" + ScriptedContender.command("udp:{port}")),
                BenchService.ECHO,
                LoadTransport.UDP);
        assertThat(ConnectProbe.isAnswered(running.endpoint())).isTrue();
        running.close();
        assertThat(ConnectProbe.isAnswered(running.endpoint())).isFalse();
    }

    @Test
    void aCommandReceivesTheWorkload() throws Exception {
        RunningContender running = launcher.start(
                Contender.against("p=export WHAT={workload}; " + ScriptedContender.command("{port}")),
                BenchService.WORK,
                LoadTransport.TCP);
        try (ScriptedContender peer = ScriptedContender.of(running)) {
            assertThat(peer.ask("environment WHAT")).isEqualTo("work");
        }
    }

    /// By its usual signal a flight recording would restart a server of ours each time it takes a sample.
    @Test
    void aJvmSuspendsThreadsByASignalThatRestartsNoServer() throws Exception {
        try (ScriptedContender peer = ScriptedContender.start(launcher)) {
            assertThat(peer.ask("environment _JAVA_SR_SIGNUM")).isEqualTo("63");
        }
    }

    @Test
    void aCommandThatNeverListensTimesOut() {
        assertThatExceptionOfType(ContenderException.class)
                .isThrownBy(() -> start(hasty, "deaf=echo hello; sleep 100"))
                .withMessageMatching("deaf did not listen on tcp://127.0.0.1:\\d+ within 2.0 s \\(its command receives"
                        + " that endpoint as \\{port} or \\{path}, or in the environment variable PORT or SOCKET\\);"
                        + " its last output was: hello");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            echo one >&2; echo two >&2; exit 3 | exited with status 3 before it served; its last output was: two
            echo said; exit 0                  | exited with status 0 before it served; its last output was: said
            exit 5                             | exited with status 5 before it served, with no output
            kill -9 $$                         | was ended by signal 9 (KILL) before it served, with no output
            """)
    void anExitBeforeServingIsReported(String command, String how) {
        assertThatExceptionOfType(ContenderException.class).isThrownBy(() -> start(launcher, "brief=" + command))
                .withMessage("brief " + how);
    }

    @Test
    void aMissingCommandIsReported() {
        assertThatExceptionOfType(ContenderException.class).isThrownBy(() -> start(launcher, "./nowhere {port}"))
                .withMessageMatching("nowhere exited with status 127 before it served; .*: No such file or directory");
    }

    @Test
    void aContenderThatCannotServeIsNotStarted() {
        assertThatExceptionOfType(ContenderException.class)
                .isThrownBy(
                        () -> launcher.start(Contender.against("p=touch x"), BenchService.BROADCAST, LoadTransport.TCP))
                .withMessageStartingWith("p is expected to echo only");
    }

    @Test
    void anExitWhileServingIsReported() throws Exception {
        try (ScriptedContender peer = ScriptedContender.start(launcher)) {
            peer.send("leave 9");
            Eventually.holds("it died", () -> !peer.running.alive());
            Eventually.holds("its words were read", () -> !peer.running.lastOutput().isEmpty());
            assertThat(peer.running.ended())
                    .contains("orderly exited with status 9; its last output was: going down");
        }
    }

    @Test
    void aCommandWithMuchOutputDoesNotBlock() throws Exception {
        try (ScriptedContender peer = ScriptedContender.start(launcher)) {
            // More than a pipe buffers: without a reader the command would block.
            assertThat(peer.ask("flood 20000000")).isEqualTo("None");
            assertThat(peer.running.lastOutput()).hasSizeLessThanOrEqualTo(ProcessOutputTail.LINES);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fork", "fork orphan", "fork stubborn", "fork orphan stubborn"})
    void noProcessIsLeft(String child) throws Exception {
        try (ScriptedContender peer = ScriptedContender.start(launcher)) {
            long pid = peer.number(child);
            ProcessHandle handle = ProcessHandle.of(pid).orElseThrow();
            assertThat(peer.running.pids()).hasSize(2).contains(pid);
            peer.running.close();
            assertThat(isGone(handle)).isTrue();
            assertThat(peer.running.pids()).isEmpty();
            peer.running.close();
        }
    }

    @Test
    void noProcessIsLeftOfAContenderThatDied() throws Exception {
        try (ScriptedContender peer = ScriptedContender.start(launcher)) {
            ProcessHandle child = ProcessHandle.of(peer.number("fork")).orElseThrow();
            peer.send("leave 1");
            Eventually.holds("it died", () -> !peer.running.alive());
            assertThat(isGone(child)).isFalse();
            peer.running.close();
            assertThat(isGone(child)).isTrue();
        }
    }

    @Test
    void noProcessIsLeftOfAContenderThatTimedOut() throws Exception {
        var note = Files.createTempFile("contender", "pid");
        assertThatExceptionOfType(ContenderException.class)
                .isThrownBy(() -> start(hasty, "deaf=sleep 100 & echo $! > " + note + "; wait"));
        assertThat(ProcessHandle.of(Long.parseLong(Files.readString(note).strip())).filter(p -> !isGone(p))).isEmpty();
        Files.delete(note);
    }

    @Test
    void closingEndsAllContendersAndPreventsNewOnes() throws Exception {
        ScriptedContender one = ScriptedContender.start(launcher);
        ScriptedContender other = ScriptedContender.start(launcher);
        launcher.close();
        launcher.close();
        assertThat(one.running.alive()).isFalse();
        assertThat(other.running.alive()).isFalse();
        assertThatExceptionOfType(ContenderException.class).isThrownBy(() -> start(launcher, "p=sleep 100"))
                .withMessage("p is not started, because the benchmark is ending");
        one.close();
        other.close();
    }

    @Test
    void closingEndsAContenderThatIsStarting() throws Exception {
        var note = Files.createTempFile("contender", "pid");
        AtomicReference<String> message = new AtomicReference<>("");
        CompletableFuture<Void> starting = CompletableFuture.runAsync(() -> {
            try {
                start(launcher, "deaf=echo $$ > " + note + "; sleep 100");
            } catch (Exception e) {
                message.set(String.valueOf(e.getMessage()));
            }
        });
        Eventually.holds("it runs", () -> note.toFile().length() > 0);
        launcher.close();
        starting.get(20, TimeUnit.SECONDS);
        assertThat(message.get()).startsWith("deaf was ended by signal 15 (TERM) before it served");
        Files.delete(note);
    }

    @Test
    void interruptingAStartLeavesNoProcess() throws Exception {
        var note = Files.createTempFile("contender", "pid");
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread starter = Thread.ofPlatform().start(() -> {
            try {
                start(launcher, "deaf=echo $$ > " + note + "; sleep 100");
            } catch (Exception e) {
                thrown.complete(e);
            }
        });
        Eventually.holds("it runs", () -> note.toFile().length() > 0);
        ProcessHandle process = ProcessHandle.of(Long.parseLong(Files.readString(note).strip())).orElseThrow();
        starter.interrupt();
        assertThat(thrown.get(20, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        assertThat(isGone(process)).isTrue();
        Files.delete(note);
    }

    @Test
    void aShutdownLeavesNoProcess() throws Exception {
        Requirements.program("python3");
        Process benchmark = new ProcessBuilder(System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                "--enable-native-access=ALL-UNNAMED", Interrupted.class.getName(), ScriptedContender.command("{port}"))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (var said = benchmark.inputReader()) {
            ProcessHandle contender = ProcessHandle.of(Long.parseLong(said.readLine())).orElseThrow();
            assertThat(isGone(contender)).isFalse();
            benchmark.toHandle().destroy();
            assertThat(benchmark.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(isGone(contender)).isTrue();
        } finally {
            benchmark.destroyForcibly();
        }
    }

    /// A benchmark that is ended by a signal.
    static final class Interrupted {
        private Interrupted() {}

        public static void main(String[] args) throws Exception {
            ContenderLauncher launcher = new ContenderLauncher(NONE, ANYWHERE);
            Runtime.getRuntime().addShutdownHook(new Thread(launcher::close));
            RunningContender running = launcher.start(Contender.against("p=" + args[0]), BenchService.ECHO,
                    LoadTransport.TCP);
            System.out.println(running.pids().getFirst());
            Thread.sleep(Duration.ofMinutes(1));
        }
    }

    private static RunningContender start(ContenderLauncher launcher, String text) throws Exception {
        return launcher.start(Contender.against(text), BenchService.ECHO, LoadTransport.TCP);
    }

    /// An ended process keeps its id until its parent reaps it.
    private static boolean isGone(ProcessHandle process) {
        return !process.isAlive() || ProcessStat.of(process.pid()).map(ProcessStat::zombie).orElse(false);
    }
}
