package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Starts the program as systemd and inetd do, with `systemd-socket-activate`.
@Tag("slow")
@Tag("process")
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class ActivationTest {
    private static final Path TOOL = Path.of("/usr/bin/systemd-socket-activate");

    @BeforeAll
    static void needsTheTool() {
        assumeTrue(Files.isExecutable(TOOL), () -> "needs " + TOOL + " of the package systemd");
    }

    /// Starts the program through the tool, which listens on these addresses and waits for a first client.
    private static ServedProcess activated(List<String> options, String... arguments) throws Exception {
        List<String> before = new ArrayList<>(List.of(TOOL.toString()));
        before.addAll(options);
        ServedProcess started = ServedProcess.start(before, Map.of(), arguments);
        started.err.awaitContaining("Listening on ");
        return started;
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(60_000);
        return socket;
    }

    private static String talk(int port, String text) throws IOException {
        try (Socket socket = connect(port)) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void everyInheritedListenerIsServedAndOutlivesTheServer() throws Exception {
        int first = FreePort.find();
        int second = FreePort.find();
        try (ServedProcess server = activated(List.of("-l", "127.0.0.1:" + first, "-l", "127.0.0.1:" + second,
                "--fdname=a:b"), "serve", "upper")) {
            assertThat(talk(first, "one\n")).isEqualTo("ONE\n");
            assertThat(talk(second, "two\n")).isEqualTo("TWO\n");
            assertThat(server.out.awaitContaining("serving"))
                    .isEqualTo("polyserve: serving upper on tcp://127.0.0.1:" + first + ", tcp://127.0.0.1:" + second
                            + " with epoll (pid " + server.pid() + ")");
            server.signal("TERM");
            assertThat(server.awaitStatus()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"process", "process-pool"})
    void workerProcessesComeToTheSameListeners(String model) throws Exception {
        int port = FreePort.find();
        try (ServedProcess server = activated(List.of("-l", "127.0.0.1:" + port), "serve", "upper", "--model", model,
                "--workers", "1")) {
            assertThat(talk(port, "one\n")).isEqualTo("ONE\n");
            server.out.awaitContaining("polyserve: serving upper on tcp://127.0.0.1:" + port);
        }
    }

    @Test
    void listenersAreFoundByName() throws Exception {
        int first = FreePort.find();
        int second = FreePort.find();
        try (ServedProcess server = activated(
                List.of("-l", "127.0.0.1:" + first, "-l", "127.0.0.1:" + second, "--fdname=a:b"), "serve", "upper",
                "--model", "epoll", "--listen", "fd:b", "--listen", "fd:a")) {
            assertThat(talk(first, "one\n")).isEqualTo("ONE\n");
            server.out.awaitContaining("on tcp://127.0.0.1:" + second + ", tcp://127.0.0.1:" + first);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"process", "process-pool"})
    void workersServeListenersByName(String model) throws Exception {
        int first = FreePort.find();
        int second = FreePort.find();
        try (ServedProcess server = activated(
                List.of("-l", "127.0.0.1:" + first, "-l", "127.0.0.1:" + second, "--fdname=a:b"), "serve", "upper",
                "--model", model, "--listen", "fd:b", "--listen", "fd:a")) {
            assertThat(talk(first, "one\n")).isEqualTo("ONE\n");
            assertThat(talk(second, "two\n")).isEqualTo("TWO\n");
            server.out.awaitContaining("on tcp://127.0.0.1:" + second + ", tcp://127.0.0.1:" + first);
        }
    }

    @Test
    void anInheritedListenerThatIsNotServedIsRejected() throws Exception {
        int first = FreePort.find();
        int second = FreePort.find();
        try (ServedProcess server = activated(
                List.of("-l", "127.0.0.1:" + first, "-l", "127.0.0.1:" + second, "--fdname=a:b"), "serve", "upper",
                "--listen", "fd:a"); Socket _ = connect(first)) {
            assertThat(server.awaitStatus()).isEqualTo(2);
            server.err.awaitContaining("polyserve: the inherited socket fd:4 (b) is not served, and its clients"
                    + " would wait forever: add --listen fd:4, or remove it from the service manager's configuration");
        }
    }

    @Test
    void oneListenerIsNotServedTwice() throws Exception {
        int port = FreePort.find();
        try (ServedProcess server = activated(List.of("-l", "127.0.0.1:" + port, "--fdname=a"), "serve", "upper",
                "--listen", "fd:3", "--listen", "fd:a"); Socket _ = connect(port)) {
            assertThat(server.awaitStatus()).isEqualTo(2);
            server.err.awaitContaining("descriptor 3 is used twice, the second time by fd:a");
        }
    }

    @Test
    void datagramsAreServedUntilTheServerIsIdle() throws Exception {
        int port = FreePort.find();
        try (ServedProcess server = activated(List.of("-d", "-l", "127.0.0.1:" + port), "serve", "upper",
                "--exit-idle", "2s"); DatagramSocket client = new DatagramSocket()) {
            client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            client.setSoTimeout(60_000);
            client.send(new DatagramPacket(new byte[]{'h', 'i'}, 2));
            DatagramPacket answer = new DatagramPacket(new byte[10], 10);
            client.receive(answer);
            assertThat(new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII)).isEqualTo("HI");
            assertThat(server.awaitStatus()).isZero();
            server.err.awaitContaining("the server was idle for 2s, so it ends");
        }
    }

    @Test
    void aDatagramSocketIsRejectedForAServiceOfConnections() throws Exception {
        int port = FreePort.find();
        try (ServedProcess server = activated(List.of("-d", "-l", "0.0.0.0:" + port), "serve", "daytime");
                DatagramSocket client = new DatagramSocket()) {
            client.send(new DatagramPacket(new byte[1], 1, InetAddress.getLoopbackAddress(), port));
            assertThat(server.awaitStatus()).isEqualTo(2);
            server.err.awaitContaining("udp://0.0.0.0:" + port + " is not: --allow-amplification permits it");
        }
    }

    @Test
    void oneConnectionIsServedAndThenTheProgramEnds() throws Exception {
        int port = FreePort.find();
        try (ServedProcess server = activated(List.of("-a", "-l", "127.0.0.1:" + port), "serve", "upper")) {
            assertThat(talk(port, "one\n")).isEqualTo("ONE\n");
            server.err.awaitContaining("died with code 0");
            assertThat(talk(port, "two\n")).isEqualTo("TWO\n");
        }
    }

    @Test
    void anInetdConnectionReceivesOnlyTheReply() throws Exception {
        int port = FreePort.find();
        try (ServedProcess server = activated(List.of("-a", "--inetd", "-l", "127.0.0.1:" + port), "serve", "upper",
                "--listen", "fd:0")) {
            assertThat(talk(port, "one\n")).isEqualTo("ONE\n");
            assertThat(server.err.awaitContaining("polyserve: serving upper")).contains("tcp://127.0.0.1:" + port);
            server.err.awaitContaining("died with code 0");
        }
    }

    @Test
    void anInetdListenerIsServedUntilTheServerIsIdle() throws Exception {
        int port = FreePort.find();
        try (ServedProcess server = activated(List.of("--inetd", "-l", "127.0.0.1:" + port), "serve", "upper",
                "--listen", "fd:0", "--exit-idle", "2s", "--model", "thread")) {
            assertThat(talk(port, "one\n")).isEqualTo("ONE\n");
            assertThat(talk(port, "two\n")).isEqualTo("TWO\n");
            assertThat(server.awaitStatus()).isZero();
        }
    }

    @Test
    void socketsForAnotherProcessAreIgnoredWithAWarning(@TempDir Path directory) throws Exception {
        Path script = Files.writeString(directory.resolve("start"), "#!/bin/sh\n\"$@\"\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        int port = FreePort.find();
        List<String> before = List.of(TOOL.toString(), "-l", "127.0.0.1:" + port, script.toString());
        try (ServedProcess server = ServedProcess.start(before, Map.of(), "serve", "upper", "--listen",
                "tcp://127.0.0.1:0")) {
            server.err.awaitContaining("Listening on ");
            try (Socket _ = connect(port)) {
                server.err.awaitContaining("LISTEN_FDS is for process " + server.pid());
                assertThat(talk(server.awaitPort(), "one\n")).isEqualTo("ONE\n");
            }
        }
    }

    @Test
    void aServerWithInheritedSocketsCannotRestartItself() throws Exception {
        int port = FreePort.find();
        try (ServedProcess server = activated(List.of("-l", "127.0.0.1:" + port), "serve", "upper")) {
            assertThat(talk(port, "one\n")).isEqualTo("ONE\n");
            server.signal("USR2");
            server.err.awaitContaining("the restart failed, so this program continues: its sockets are inherited");
            assertThat(talk(port, "two\n")).isEqualTo("TWO\n");
        }
    }

    @Test
    void aScriptThatUsesExecChangesNothing(@TempDir Path directory) throws Exception {
        Path script = Files.writeString(directory.resolve("start"), "#!/bin/sh\nexec \"$@\"\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        int port = FreePort.find();
        List<String> before = List.of(TOOL.toString(), "-l", "127.0.0.1:" + port, script.toString());
        try (ServedProcess server = ServedProcess.start(before, Map.of(), "serve", "upper")) {
            server.err.awaitContaining("Listening on ");
            assertThat(talk(port, "one\n")).isEqualTo("ONE\n");
        }
    }
}
