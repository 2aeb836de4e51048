package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Model;
import dev.polyserve.Server;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The client of `connect` in a pipe.
class ConnectTest {
    @Test
    void inputAndRepliesAreCopiedByteForByte() throws Exception {
        byte[] sent = new byte[500_000];
        new Random(3).nextBytes(sent);
        try (Cli server = Cli.serve("echo")) {
            Cli.Finished run = Cli.run(sent, "connect", "tcp://127.0.0.1:" + server.port());
            assertThat(run.status()).isZero();
            assertThat(run.bytes()).isEqualTo(sent);
            assertThat(run.err()).isEmpty();
        }
    }

    @Test
    void unixSocketsAreTheSame(@TempDir Path directory) throws Exception {
        String endpoint = "unix:" + directory.resolve("s");
        try (Cli server = Cli.serve("upper", "--listen", endpoint)) {
            assertThat(server.endpoints()).hasSize(1);
            assertThat(Cli.run("ä1a".getBytes(StandardCharsets.UTF_8), "connect", endpoint).out()).isEqualTo("ä1A");
        }
    }

    @Test
    void unixDatagramsAreSentOnePerLine(@TempDir Path directory) throws Exception {
        assumeTrue(Server.whyNot(Model.epoll()).isEmpty(), "needs Linux and native access");
        String endpoint = "unixgram:" + directory.resolve("s");
        try (Cli _ = Cli.serve("echo", "--listen", endpoint, "--model", "epoll")) {
            Cli.Finished run = Cli.run("one\n\ntwo".getBytes(StandardCharsets.UTF_8), "connect", endpoint);
            assertThat(run.err()).isEmpty();
            assertThat(run.out()).isEqualTo("one\n\ntwo\n");
            assertThat(run.status()).isZero();
        }
        Cli.Finished refused = Cli.run("x".getBytes(StandardCharsets.UTF_8), "connect", endpoint);
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).contains(endpoint, "No such file or directory").hasLineCount(1);
    }

    @Test
    void theEndOfInputHalfClosesByDefault() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String endpoint = "tcp://127.0.0.1:" + listener.getLocalPort();
            try (Cli client = Cli.start("connect", endpoint)) {
                try (Socket server = listener.accept()) {
                    client.endInput();
                    assertThat(server.getInputStream().read()).isEqualTo(-1);
                    server.getOutputStream().write("late".getBytes(StandardCharsets.US_ASCII));
                }
                assertThat(client.awaitStatus()).isZero();
                assertThat(client.out.text()).isEqualTo("late");
            }
            try (Cli client = Cli.start("connect", endpoint, "--no-half-close")) {
                try (Socket server = listener.accept()) {
                    client.endInput();
                    server.setSoTimeout(200);
                    org.assertj.core.api.Assertions.assertThatExceptionOfType(java.net.SocketTimeoutException.class)
                            .isThrownBy(() -> server.getInputStream().read());
                }
                assertThat(client.awaitStatus()).isZero();
            }
        }
    }

    @Test
    void theServersEndEndsTheClientWhileInputIsOpen() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                Cli client = Cli.start("connect", "tcp://127.0.0.1:" + listener.getLocalPort())) {
            listener.accept().close();
            assertThat(client.awaitStatus()).isZero();
        }
    }

    @Test
    void aResetGivesOneSentence() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                Cli client = Cli.start("connect", "tcp://127.0.0.1:" + listener.getLocalPort())) {
            Socket server = listener.accept();
            client.type("x");
            assertThat(server.getInputStream().read()).isEqualTo('x');
            server.setSoLinger(true, 0);
            server.close();
            assertThat(client.awaitStatus()).isEqualTo(1);
            assertThat(client.err.text()).startsWith("polyserve: the connection to tcp://").contains("reset")
                    .hasLineCount(1);
        }
    }

    @Test
    void aClosedPortGivesOneSentence(@TempDir Path directory) throws Exception {
        int free;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = closed.getLocalPort();
        }
        Cli.Finished tcp = Cli.run("connect", "tcp://127.0.0.1:" + free);
        assertThat(tcp.status()).isEqualTo(1);
        assertThat(tcp.err()).startsWith("polyserve: cannot connect to tcp://127.0.0.1:" + free).contains("refused")
                .hasLineCount(1);
        Cli.Finished unix = Cli.run("connect", "unix:" + directory.resolve("none"));
        assertThat(unix.status()).isEqualTo(1);
        assertThat(unix.err()).startsWith("polyserve: cannot connect to unix:").hasLineCount(1);
        Cli.Finished udp = Cli.run("x\n".getBytes(StandardCharsets.US_ASCII), "connect", "udp://127.0.0.1:" + free,
                "--wait", "10s");
        assertThat(udp.status()).isEqualTo(1);
        assertThat(udp.err()).startsWith("polyserve: connection refused by udp://").hasLineCount(1);
    }

    @Test
    void eachLineIsADatagramAndEachReplyALine() throws Exception {
        // One loop answers in order; with a thread per datagram, replies may be reordered.
        try (Cli server = Cli.serve("upper", "--model", "nio", "--listen", "udp://127.0.0.1:0")) {
            Cli.Finished run = Cli.run("one\r\ntwo\n\nlast".getBytes(StandardCharsets.US_ASCII), "connect",
                    "udp://127.0.0.1:" + server.port(), "--wait", "500ms");
            assertThat(run.status()).isZero();
            assertThat(run.out()).isEqualTo("ONE\nTWO\n\nLAST\n");
        }
    }
}
