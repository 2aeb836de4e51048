package dev.polyserve.cli.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.polyserve.Server;
import dev.polyserve.cli.log.ConsoleLog;
import dev.polyserve.linux.restart.RestartPredecessor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A restart is refused by the state of this program, at any moment.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class HotRestartStatesTest {
    private static final String UNUSUAL_SECONDS = "86396";
    private static final Duration A_WHILE = Duration.ofSeconds(40);

    private final PipedOutputStream logged = new PipedOutputStream();
    @TempDir
    private Path directory;

    /// A new program that takes over at once and then only exists.
    static final class TakesOver {
        private TakesOver() {}

        /// Runs until the test kills it. It prints nothing: its standard output is that of the test.
        public static void main(String[] arguments) throws IOException, InterruptedException {
            RestartPredecessor predecessor = RestartPredecessor.here().orElseThrow();
            predecessor.awaitConfirmation();
            predecessor.complete();
            if (arguments.length > 0 && predecessor.awaitRelease(A_WHILE)) {
                Files.createFile(Path.of(arguments[0]));
            }
            new CountDownLatch(1).await();
        }
    }

    /// A new program that binds its control socket, and is not confirmed: it waits, or ends without removing the file.
    static final class BindsItsControlSocket {
        private BindsItsControlSocket() {}

        static void main(String[] arguments) throws IOException, InterruptedException {
            Path path = HotRestart.unconfirmedControl(Path.of(arguments[0]), ProcessHandle.current().pid());
            try (ServerSocketChannel control = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                control.bind(UnixDomainSocketAddress.of(path));
                if (arguments[1].equals("end")) {
                    Runtime.getRuntime().halt(3);
                }
                new CountDownLatch(1).await();
            }
        }
    }

    @AfterEach
    void endNewPrograms() {
        newPrograms().forEach(ProcessHandle::destroyForcibly);
    }

    private static List<ProcessHandle> newPrograms() {
        return ProcessHandle.current().children().filter(child -> {
            String line = child.info().commandLine().orElse("");
            return line.contains(HotRestartStatesTest.class.getName()) || line.contains(UNUSUAL_SECONDS);
        }).toList();
    }

    private static Server served() throws IOException {
        return Server.at("tcp://127.0.0.1:0").handle(connection -> {
        }).start();
    }

    private HotRestart restart(ConsoleLog log, Server server, List<String> command) {
        return new HotRestart(log, server.endpoints(), Optional.empty(), Optional.of(control()), A_WHILE,
                () -> command);
    }

    private Path control() {
        return directory.resolve("control");
    }

    private static List<String> takesOver() {
        return program(TakesOver.class);
    }

    private List<String> bindsItsControlSocket(String then) {
        return program(BindsItsControlSocket.class, control().toString(), then);
    }

    private static List<String> program(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static void isRefused(HotRestart restart, Server server, String reason) {
        assertThatThrownBy(() -> restart.start(server)).isInstanceOf(RestartRefusedException.class).hasMessage(reason);
        assertThatThrownBy(restart::requirePossible).isInstanceOf(RestartRefusedException.class).hasMessage(reason);
    }

    @Test
    void aReplacedProgramStartsNoOther() throws Exception {
        try (ConsoleLog log = new ConsoleLog(new PrintStream(PrintStream.nullOutputStream()), false);
                Server server = served()) {
            HotRestart restart = restart(log, server, takesOver());
            int pid = restart.start(server);
            isRefused(restart, server, "process " + pid + " has already replaced this one");
            restart.end();
            isRefused(restart, server, "process " + pid + " has already replaced this one");
            assertThat(newPrograms()).extracting(ProcessHandle::pid).containsExactly((long) pid);
        }
    }

    @Test
    void theNewProgramIsToldWhatIsFree() throws Exception {
        try (ConsoleLog log = new ConsoleLog(new PrintStream(PrintStream.nullOutputStream()), false);
                Server server = served();
                WatchService created = directory.getFileSystem().newWatchService()) {
            WatchKey _ = directory.register(created, StandardWatchEventKinds.ENTRY_CREATE);
            HotRestart restart = restart(log, server,
                    program(TakesOver.class, directory.resolve("released").toString()));
            restart.release(); // nothing is told before
            int _ = restart.start(server);
            assertThat(directory).isEmptyDirectory();
            restart.release();
            assertThat(created.poll(A_WHILE.toSeconds(), TimeUnit.SECONDS)).as("the report").isNotNull();
        }
    }

    @Test
    void anEndingServerStartsNone() throws Exception {
        try (ConsoleLog log = new ConsoleLog(new PrintStream(PrintStream.nullOutputStream()), false);
                Server server = served()) {
            HotRestart restart = restart(log, server, List.of("sleep", UNUSUAL_SECONDS));
            restart.requirePossible();
            restart.end();
            isRefused(restart, server, "the server is ending");
            assertThat(newPrograms()).isEmpty();
        }
    }

    @Test
    void theEndCallsOffARestartInProgress() throws Exception {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new PipedInputStream(logged), StandardCharsets.UTF_8));
                ConsoleLog log = new ConsoleLog(new PrintStream(logged, true, StandardCharsets.UTF_8), false);
                Server server = served()) {
            HotRestart restart = restart(log, server, List.of("sleep", UNUSUAL_SECONDS));
            CompletableFuture<Throwable> failure = CompletableFuture
                    .supplyAsync(() -> catchThrowable(() -> restart.start(server)), Thread.ofPlatform()::start);
            assertThat(lines.readLine()).contains("is starting to replace this one");
            isRefused(restart, server, "a restart is already in progress");
            restart.end();
            assertThat(failure.join()).isInstanceOf(RestartRefusedException.class)
                    .hasMessage("the server is ending, so the restart was called off");
            isRefused(restart, server, "the server is ending");
            assertThat(newPrograms()).isEmpty();
        }
    }

    @Test
    void aRestartThatIsCalledOffLeavesNoFile() throws Exception {
        try (ConsoleLog log = new ConsoleLog(new PrintStream(PrintStream.nullOutputStream()), false);
                Server server = served();
                WatchService created = directory.getFileSystem().newWatchService()) {
            WatchKey _ = directory.register(created, StandardWatchEventKinds.ENTRY_CREATE);
            HotRestart restart = restart(log, server, bindsItsControlSocket("wait"));
            CompletableFuture<Throwable> failure = CompletableFuture
                    .supplyAsync(() -> catchThrowable(() -> restart.start(server)), Thread.ofPlatform()::start);
            assertThat(created.poll(A_WHILE.toSeconds(), TimeUnit.SECONDS)).as("the control socket").isNotNull();
            restart.end();
            restart.close();
            assertThat(directory).isEmptyDirectory();
            assertThat(failure.join()).isInstanceOf(RestartRefusedException.class);
        }
    }

    @Test
    void aNewProgramThatEndsAbruptlyLeavesNoFile() throws Exception {
        try (ConsoleLog log = new ConsoleLog(new PrintStream(PrintStream.nullOutputStream()), false);
                Server server = served()) {
            HotRestart restart = restart(log, server, bindsItsControlSocket("end"));
            assertThatThrownBy(() -> restart.start(server)).hasMessageContaining("exit 3");
            assertThat(directory).isEmptyDirectory();
        }
    }
}
