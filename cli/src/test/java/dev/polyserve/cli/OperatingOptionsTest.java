package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Server;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The options for the operation of a server.
@Tag("slow")
@Tag("process")
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class OperatingOptionsTest {
    private static final String ANYWHERE = "tcp://127.0.0.1:0";

    @TempDir
    private Path directory;

    private static void requireRoot() {
        assumeTrue(System.getProperty("user.name").equals("root"), "needs root");
    }

    private static void talk(int port) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(60_000);
            client.getOutputStream().write('a');
            assertThat(client.getInputStream().read()).isEqualTo('A');
        }
    }

    // --- the pid file ---

    private ServedProcess withPidFile(Path file) throws IOException {
        return ServedProcess.start("serve", "upper", "--listen", ANYWHERE, "--pid-file", file.toString());
    }

    @Test
    void thePidFileExistsWhileTheServerRuns() throws Exception {
        Path file = directory.resolve("pid");
        try (ServedProcess server = withPidFile(file)) {
            server.awaitPort();
            assertThat(file).hasContent(server.pid() + "\n");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-r--r--");
            server.signal("TERM");
            assertThat(server.awaitStatus()).isZero();
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aSecondServerRejectsThePidFileOfARunningServer() throws Exception {
        Path file = directory.resolve("pid");
        try (ServedProcess first = withPidFile(file)) {
            first.awaitPort();
            try (ServedProcess second = withPidFile(file)) {
                assertThat(second.awaitStatus()).isEqualTo(2);
                second.err.awaitContaining("polyserve: another server holds the pid file " + file + " (process "
                        + first.pid() + "): stop it, or use another file");
                assertThat(second.out.text()).isEmpty();
            }
            assertThat(file).hasContent(first.pid() + "\n");
            talk(first.awaitPort());
        }
    }

    @Test
    void aStalePidFileIsReplaced() throws Exception {
        // The id of a running process that is not a server.
        Path file = Files.writeString(directory.resolve("pid"), ProcessHandle.current().pid() + "\n");
        try (ServedProcess killed = withPidFile(file)) {
            killed.awaitPort();
            assertThat(file).hasContent(killed.pid() + "\n");
            killed.signal("KILL");
            assertThat(killed.awaitStatus()).isEqualTo(137);
        }
        assertThat(file).exists();
        try (ServedProcess next = withPidFile(file)) {
            next.awaitPort();
            assertThat(file).hasContent(next.pid() + "\n");
        }
    }

    @Test
    void aPidFileOfAnotherProcessIsNotRemoved() throws Exception {
        Path file = directory.resolve("pid");
        try (ServedProcess server = withPidFile(file)) {
            server.awaitPort();
            Files.delete(file);
            Files.writeString(file, "1\n");
            server.signal("TERM");
            assertThat(server.awaitStatus()).isZero();
        }
        assertThat(file).hasContent("1\n");
    }

    @Test
    void aPidFileWithoutADirectoryGivesOneSentence() throws Exception {
        try (ServedProcess server = withPidFile(directory.resolve("none").resolve("pid"))) {
            assertThat(server.awaitStatus()).isEqualTo(2);
            server.err.awaitContaining("its directory does not exist; create it, or use another path");
            assertThat(server.out.text()).isEmpty();
        }
    }

    @Test
    void aPidFileThatIsALinkIsRejected() throws Exception {
        Path file = Files.createSymbolicLink(directory.resolve("pid"), Files.createFile(directory.resolve("other")));
        try (ServedProcess server = withPidFile(file)) {
            assertThat(server.awaitStatus()).isEqualTo(2);
            server.err.awaitContaining("is a symbolic link; use the path of its target");
        }
    }

    @Test
    void aControlSocketWithoutADirectoryGivesOneSentence() throws Exception {
        try (ServedProcess server = ServedProcess.start("serve", "upper", "--listen", ANYWHERE, "--control",
                directory.resolve("none").resolve("control").toString())) {
            assertThat(server.awaitStatus()).isEqualTo(2);
            server.err.awaitContaining("none/control");
            assertThat(server.err.text()).hasLineCount(1);
            assertThat(server.out.text()).isEmpty();
        }
    }

    @Test
    void processOneOfAPidFileIsNotRestarted() throws Exception {
        Path file = Files.writeString(directory.resolve("pid"), "1\n");
        Cli.Finished restart = Cli.run("restart", "--pid-file", file.toString());
        assertThat(restart.err()).startsWith("polyserve: process 1 of the pid file " + file
                + " cannot be restarted: it is process 1, and its exit would end the container").hasLineCount(1);
        assertThat(restart.status()).isEqualTo(1);
    }

    @Test
    void aRestartThatEndsTheServerIsReportedAtOnce() throws Exception {
        Path file = directory.resolve("pid");
        // Its parent does not reap it, so its process id remains in use.
        Process parent = new ProcessBuilder("sh", "-c", "sleep 1000 & exec sh -c \"echo $!; exec sleep 1000\"").start();
        try (BufferedReader said = parent.inputReader()) {
            String pid = said.readLine();
            Files.writeString(file, pid + "\n");
            Cli.Finished restart = Cli.run("restart", "--pid-file", file.toString(), "--wait", "60s");
            assertThat(restart.err()).isEqualTo(
                    "polyserve: process " + pid + " has ended without a successor; see its log\n");
            assertThat(restart.status()).isEqualTo(1);
        } finally {
            parent.destroyForcibly();
        }
    }

    @Test
    void workersStartInADeletedWorkingDirectory() throws Exception {
        Path gone = Files.createDirectory(directory.resolve("gone"));
        try (ServedProcess server = ServedProcess.start(
                List.of("sh", "-c", "cd \"$0\" && exec \"$@\"", gone.toString()),
                Map.of(), "serve", "upper", "--listen", ANYWHERE, "--model", "process-pool", "--workers", "1")) {
            int port = server.awaitPort();
            Files.delete(gone);
            List<ProcessHandle> workers = ProcessHandle.of(server.pid()).orElseThrow().children().toList();
            assertThat(workers).hasSize(1);
            assertThat(workers.getFirst().destroyForcibly()).isTrue();
            server.err.awaitContaining("the working directory was deleted: this program is started again in /");
            talk(port);
        }
    }

    // --- another user ---

    @Test
    void everyThreadBecomesTheUserOnceThePortIsBound() throws Exception {
        requireRoot();
        int port = privilegedPort();
        for (String model : List.of("virtual", "epoll", "thread")) {
            try (ServedProcess server = ServedProcess.start("serve", "upper", "--listen", "tcp://127.0.0.1:" + port,
                    "--user", "nobody", "--model", model)) {
                assertThat(server.awaitPort()).isEqualTo(port);
                talk(port);
                requireUserNobody(server.pid());
                server.signal("TERM");
                assertThat(server.awaitStatus()).isZero();
            }
        }
    }

    /// A free port that only root can bind.
    private static int privilegedPort() throws IOException {
        for (int port = 999; port > 900; port--) {
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("in use");
            }
        }
        throw new AssertionError("no port below 1000 is free");
    }

    private static void requireUserNobody(long pid) throws IOException {
        int threads = 0;
        try (var tasks = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path task : tasks) {
                List<String> status;
                try {
                    status = Files.readAllLines(task.resolve("status"));
                } catch (IOException e) {
                    continue; // ended meanwhile
                }
                threads++;
                assertThat(status).contains("Uid:\t65534\t65534\t65534\t65534", "Gid:\t65534\t65534\t65534\t65534");
                assertThat(status).anyMatch(line -> line.matches("Groups:\\s*(65534)?\\s*"));
                assertThat(status).contains("CapEff:\t0000000000000000", "CapPrm:\t0000000000000000");
            }
        }
        assertThat(threads).isGreaterThan(5);
    }

    @Test
    void theFilesOfUnixSocketsHaveTheConfiguredOwnerAndMode() throws Exception {
        requireRoot();
        Path stream = directory.resolve("stream");
        Path datagrams = directory.resolve("datagrams");
        Files.setAttribute(directory, "unix:uid", 65534);
        try (ServedProcess server = ServedProcess.start("serve", "echo", "--listen", "unix:" + stream, "--listen",
                "unixgram:" + datagrams, "--user", "nobody", "--unix-mode", "0660")) {
            server.out.awaitContaining("polyserve: serving ");
            for (Path file : List.of(stream, datagrams)) {
                assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(65534);
                assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(65534);
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-rw----");
            }
            server.signal("TERM");
            assertThat(server.awaitStatus()).isZero();
        }
        assertThat(directory).isEmptyDirectory();
    }

    /// The owner of the directory can replace the socket file at any moment by a link to a file of root's.
    @Test
    void aLinkInPlaceOfASocketDoesNotChangeItsTarget() throws Exception {
        requireRoot();
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/strace")), "needs strace");
        Path control = directory.resolve("control");
        Path file = directory.resolve("socket");
        Path victim = Files.writeString(directory.resolve("victim"), "root's");
        Files.setPosixFilePermissions(victim, PosixFilePermissions.fromString("rw-------"));
        Files.setAttribute(directory, "unix:uid", 65534);
        List<String> slowly = List.of("strace", "-f", "-o", directory.resolve("calls").toString(), "-e", "trace=bind",
                "-e", "inject=bind:delay_exit=1500000");
        try (ServedProcess server = ServedProcess.start(slowly, Map.of(), "serve", "echo", "--listen", "unix:" + file,
                "--control", control.toString(), "--user", "nobody", "--unix-mode", "0666")) {
            awaitFile(file);
            Files.delete(file);
            Files.createSymbolicLink(file, victim);
            awaitFile(control);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(control)))
                    .as("while it is bound").isEqualTo("rw-------");
            server.out.awaitContaining("polyserve: serving ");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(victim))).isEqualTo("rw-------");
            assertThat(Files.getAttribute(victim, "unix:uid")).isEqualTo(0);
        }
    }

    @Test
    void theControlSocketRejectsOtherUsersWhateverItsMode() throws Exception {
        requireRoot();
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "needs setpriv of the package util-linux");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/perl")), "needs perl");
        Path control = directory.resolve("control");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (ServedProcess server = ServedProcess.start("serve", "upper", "--listen", ANYWHERE, "--control",
                control.toString())) {
            server.awaitPort();
            Files.setPosixFilePermissions(control, PosixFilePermissions.fromString("rw-rw-rw-"));
            assertThat(asked(control, List.of())).startsWith("ok\n");
            assertThat(asked(control, List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")))
                    .isEmpty();
        }
    }

    private static void awaitFile(Path file) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.exists(file)) {
            assertThat(System.nanoTime() - deadline).as("%s is there in time", file).isNegative();
            Thread.sleep(1);
        }
    }

    private static String asked(Path control, List<String> as) throws Exception {
        List<String> command = new ArrayList<>(as);
        command.addAll(List.of("perl", "-MSocket", "-e",
                "socket(S, PF_UNIX, SOCK_STREAM, 0); connect(S, sockaddr_un($ARGV[0])) or die 'not connected';"
                        + " syswrite(S, \"status text\\n\"); print <S>",
                control.toString()));
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return answer;
    }

    @Test
    void anUnknownUserGivesOneSentence() throws Exception {
        requireRoot();
        try (ServedProcess server = ServedProcess.start("serve", "upper", "--listen", ANYWHERE, "--user", "nemo")) {
            assertThat(server.awaitStatus()).isEqualTo(2);
            server.err.awaitContaining("polyserve: there is no user 'nemo' on this system");
            assertThat(server.out.text()).isEmpty();
        }
    }

    @Test
    void changingTheUserNeedsRoot() throws Exception {
        requireRoot();
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "needs setpriv of the package util-linux");
        assumeTrue(Files.isReadable(Path.of(System.getProperty("java.home"))), "needs a JDK that others may read");
        List<String> asUserNobody = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
        try (ServedProcess probe = ServedProcess.start(asUserNobody, Map.of(), "--version")) {
            assumeTrue(probe.awaitStatus() == 0, "needs classes that others may read");
        }
        try (ServedProcess server = ServedProcess.start(asUserNobody, Map.of(), "serve", "upper", "--listen", ANYWHERE,
                "--user", "daemon")) {
            assertThat(server.awaitStatus()).isEqualTo(2);
            server.err.awaitContaining("polyserve: cannot become the user daemon: only root may; start the program as"
                    + " root, or without that");
        }
    }

    // --- the service manager ---

    @Test
    void theServiceManagerIsNotifiedOfEveryStep() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        Path socket = directory.resolve("notify");
        Path configuration = Files.writeString(directory.resolve("p.toml"), "quiet = true\n");
        try (Server _ = Server.at(new Endpoint.UnixDatagram(socket)).model(Model.epoll())
                .datagrams((request, _) -> heard.add(StandardCharsets.UTF_8.decode(request.payload()).toString()))
                .start();
                ServedProcess server = ServedProcess.start(List.of(),
                        Map.of("NOTIFY_SOCKET", socket.toString(), "WATCHDOG_USEC", "500000"), "serve", "upper",
                        "--listen", ANYWHERE, "--config", configuration.toString())) {
            List<String> said = new ArrayList<>();
            assertThat(await(heard, said, "READY=1\n")).startsWith("READY=1\nMAINPID=" + server.pid()
                    + "\nSTATUS=serving upper on tcp://127.0.0.1:");
            talk(server.awaitPort());
            await(heard, said, "WATCHDOG=1");
            await(heard, said, "WATCHDOG=1");
            server.signal("HUP");
            await(heard, said, "RELOADING=1\nMONOTONIC_USEC=");
            await(heard, said, "READY=1\n");
            server.signal("TERM");
            await(heard, said, "STOPPING=1\nSTATUS=draining");
            assertThat(server.awaitStatus()).isZero();
            assertThat(said.getFirst()).startsWith("READY=1");
        }
    }

    /// The next message with this prefix; skips the watchdog's messages.
    private static String await(BlockingQueue<String> heard, List<String> said, String begin)
            throws InterruptedException {
        while (true) {
            String next = Objects.requireNonNull(heard.poll(40, TimeUnit.SECONDS),
                    () -> begin + " did not come: " + said);
            said.add(next);
            if (next.startsWith(begin)) {
                return next;
            }
        }
    }

    @Test
    void aMissingServiceManagerDoesNotStopTheServer() throws Exception {
        try (ServedProcess server = ServedProcess.start(List.of(),
                Map.of("NOTIFY_SOCKET", directory.resolve("nobody").toString()), "serve", "upper", "--listen",
                ANYWHERE)) {
            talk(server.awaitPort());
            server.err.awaitContaining("(NOTIFY_SOCKET) cannot be told how this program is, which goes on without");
            server.signal("TERM");
            assertThat(server.awaitStatus()).isZero();
        }
    }
}
