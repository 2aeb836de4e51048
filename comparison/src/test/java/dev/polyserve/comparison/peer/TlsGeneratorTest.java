package dev.polyserve.comparison.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The load generator of `comparison/tls`, in C, which `comparison/peer` compiles with the peer in C; and the command.
@Tag("slow")
@Timeout(120)
class TlsGeneratorTest {
    private static final Path MODULE = Objects.requireNonNull(Path.of(PeerProcess.SCRIPT).getParent());
    private static final String PEER = "tls-c-epoll";
    private static final String PEER_LIST = "comparison/peer --list-tls";

    /// @param output of both streams
    private record Ended(int status, String output) {}

    private static Ended run(String input, List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException endedWithoutReading) {
            // Its output says why.
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output);
    }

    private static Ended load(String input, int port, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(MODULE.resolve("target/native/tls_load").toString(),
                Integer.toString(port), "--warm-up", "0.05", "--seconds", "0.2"));
        command.addAll(List.of(options));
        return run(input, command);
    }

    private static void assumeCompiled() throws Exception {
        assumeTrue(PeerProcess.list("--list-tls").stream().anyMatch(peer -> peer.name().equals(PEER) && peer.ready()),
                "needs a C compiler and OpenSSL");
    }

    @Test
    void measuresEachWorkload() throws Exception {
        assumeCompiled();
        try (PeerProcess peer = PeerProcess.start(PEER)) {
            String pid = Long.toString(peer.family().getFirst().pid());
            int port = peer.address().getPort();
            String figures = "requests=[1-9]\\d* requests/s=\\S+ p50=\\S+ p99=\\S+ max=[1-9]\\S+ cpu/request=\\S+";
            assertThat(load("", port, "--connections", "5", "--bytes", "40000", "--pid", pid).output())
                    .matches(figures + " resumed=0 truncated=0\n");
            assertThat(load("", port, "--connections", "5", "--full", "--pid", pid).output())
                    .matches(figures + " resumed=0 truncated=0\n");
            assertThat(load("", port, "--connections", "5", "--resumed", "--pid", pid).output())
                    .matches(figures + " resumed=[1-9]\\d* truncated=0\n");
            assertThat(load("10\n20\n", port, "--idle", "--pid", pid).output())
                    .matches("held=10 added=\\d+\nheld=20 added=\\d+\n");
            assertThat(load("", port, "--help")).satisfies(help -> {
                assertThat(help.output()).startsWith("usage: tls_load PORT [--full | --resumed | --idle]");
                assertThat(help.status()).isZero();
            });
            assertThat(load("", port, "--full", "--idle").status()).isEqualTo(2);
        }
    }

    @Test
    void aWrongReplyIsNoReply() throws Exception {
        assumeCompiled();
        assertThat(run("", List.of(PeerProcess.SCRIPT, "--prepare")).status()).isZero();
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"))) {
            Thread server = Thread.ofPlatform().start(() -> answer(listener));
            Ended ended = load("", listener.getLocalPort(), "--plain");
            assertThat(ended.output()).contains("a reply is wrong");
            assertThat(ended.status()).isEqualTo(1);
            server.join(TimeUnit.SECONDS.toMillis(20));
        }
    }

    @Test
    void theCommandExplainsItself() throws Exception {
        assumeTrue(
                PeerProcess.list("--list").stream().anyMatch(peer -> peer.name().startsWith("python") && peer.ready()),
                "needs the command python3");
        String command = MODULE.resolve("tls").toString();
        assertThat(run("", List.of(command, "--help"))).satisfies(help -> {
            assertThat(help.output()).startsWith("usage: comparison/tls ").contains("plain-", "--quick", PEER_LIST);
            assertThat(help.status()).isZero();
        });
        assertThat(run("", List.of(command, "tls-rust"))).satisfies(wrong -> {
            assertThat(wrong.output()).contains("there is no contender 'tls-rust'");
            assertThat(wrong.status()).isEqualTo(2);
        });
    }

    /// Answers the first request of a client with a byte of it changed.
    private static void answer(ServerSocket listener) {
        try (Socket client = listener.accept()) {
            byte[] request = client.getInputStream().readNBytes(64);
            request[63]++;
            client.getOutputStream().write(request);
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        } catch (IOException reset) {
            // The generator has ended, as it should.
        }
    }
}
