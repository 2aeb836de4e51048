package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Model;
import dev.polyserve.Server;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Services with an upstream, a server or a program, that blocks or fails.
@Tag("slow")
@Timeout(120)
class RelayTest {
    private static final int STUCK_MILLIS = 100;

    private static Cli proxy(ServerSocket upstream, String model, String... more) throws Exception {
        assumeTrue(Server.whyNot(Model.named(model)).isEmpty(), () -> "this machine cannot run " + model);
        String[] all = new String[more.length + 4];
        all[0] = "proxy";
        all[1] = "tcp://127.0.0.1:" + upstream.getLocalPort();
        all[2] = "--model";
        all[3] = model;
        System.arraycopy(more, 0, all, 4, more.length);
        return Cli.serve(all);
    }

    private static ServerSocket upstream() throws IOException {
        return new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    /// A client that fills all buffers up to an upstream that does not read.
    private static SocketChannel stuckClient(Cli server) throws Exception {
        SocketChannel client = SocketChannel
                .open(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        fill(client);
        return client;
    }

    /// Sends until nothing takes more.
    ///
    /// @return the number of bytes
    private static long fill(SocketChannel client) throws IOException {
        client.configureBlocking(false);
        long sent = 0;
        ByteBuffer bytes = ByteBuffer.allocate(64 << 10);
        try (Selector selector = Selector.open()) {
            client.register(selector, SelectionKey.OP_WRITE);
            while (selector.select(STUCK_MILLIS) > 0) {
                sent += client.write(bytes.clear());
                selector.selectedKeys().clear();
            }
        }
        return sent;
    }

    private static void reset(Socket peer) throws IOException {
        peer.setSoLinger(true, 0);
        peer.close();
    }

    /// Resets every connection until the listener is closed.
    private static void resetAll(ServerSocket listener) {
        try {
            while (true) {
                reset(listener.accept());
            }
        } catch (IOException e) {
            assertThat(listener.isClosed()).isTrue();
        }
    }

    private static void reset(SocketChannel client) throws IOException {
        client.setOption(StandardSocketOptions.SO_LINGER, 0);
        client.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio", "thread", "epoll", "io_uring", "polling"})
    void anUpstreamThatDoesNotReadIsIdle(String model) throws Exception {
        try (ServerSocket upstream = upstream();
                Cli proxy = proxy(upstream, model, "--idle-timeout", "300ms");
                SocketChannel client = stuckClient(proxy);
                Socket accepted = upstream.accept()) {
            assertThat(client.isOpen()).isTrue();
            assertThat(proxy.err.awaitContaining("closed #1")).contains("timed out: idle,");
            assertThatThrownBy(() -> accepted.getInputStream().readAllBytes())
                    .as("a request that was cut does not look whole").isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio", "thread", "epoll", "io_uring", "polling"})
    void aClientResetIsDetectedWhileUpstreamDoesNotRead(String model) throws Exception {
        try (ServerSocket upstream = upstream();
                Cli proxy = proxy(upstream, model, "--idle-timeout", "4s");
                SocketChannel client = stuckClient(proxy);
                Socket accepted = upstream.accept()) {
            reset(client);
            assertThat(proxy.err.awaitContaining("closed #1")).contains("reset by client");
            assertThatThrownBy(() -> accepted.getInputStream().readAllBytes()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aProgramThatDoesNotReadIsIdle(@TempDir Path directory) throws Exception {
        Path held = directory.resolve("held");
        try (Cli server = Cli.serve("exec", "--listen", "tcp://127.0.0.1:0", "--stdio", "pipe", "--idle-timeout",
                "300ms",
                "--", "flock", held.toString(), "sleep", "300"); SocketChannel client = stuckClient(server)) {
            assertThat(client.isOpen()).isTrue();
            assertThat(server.err.awaitContaining("closed #1")).contains("timed out: idle,");
            assertThat(new ProcessBuilder("flock", "-w", "30", held.toString(), "true").start().waitFor())
                    .as("the program is gone").isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "epoll"})
    void aClientResetIsDetectedWhileTheProgramDoesNotRead(String model) throws Exception {
        try (Cli server = Cli.serve("exec", "--listen", "tcp://127.0.0.1:0", "--stdio", "pipe", "--model", model,
                "--idle-timeout", "4s", "--", "sleep", "300"); SocketChannel client = stuckClient(server)) {
            reset(client);
            assertThat(server.err.awaitContaining("closed #1")).contains("reset by client");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio", "thread", "epoll", "io_uring"})
    void upstreamsResetIsPassedOn(String model) throws Exception {
        try (ServerSocket upstream = upstream();
                Cli proxy = proxy(upstream, model);
                Socket client = proxy.connect();
                Socket accepted = upstream.accept()) {
            accepted.getOutputStream().write("half".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.getInputStream().readNBytes(4)).asString(StandardCharsets.US_ASCII).isEqualTo("half");
            reset(accepted);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(IOException.class)
                    .hasMessageContaining("reset");
            assertThat(proxy.err.awaitContaining("closed #1")).contains("stopped by server");
        }
    }

    /// The reset is reported to the connect, to a write or to a read, whichever comes first.
    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio", "thread", "epoll", "io_uring"})
    void upstreamsResetRightAfterTheConnectIsPassedOn(String model) throws Exception {
        try (ServerSocket upstream = upstream(); Cli proxy = proxy(upstream, model)) {
            Thread.startVirtualThread(() -> resetAll(upstream));
            for (int i = 0; i < 60; i++) {
                boolean sends = i % 2 == 0;
                try (Socket client = proxy.connect()) {
                    assertThatThrownBy(() -> {
                        if (sends) {
                            client.getOutputStream().write('x');
                        }
                        int _ = client.getInputStream().read();
                    }).as("client %d", i).isInstanceOf(IOException.class).hasMessageContaining("reset");
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio", "thread", "epoll", "io_uring"})
    void theClientsResetIsPassedOn(String model) throws Exception {
        try (ServerSocket upstream = upstream();
                Cli proxy = proxy(upstream, model);
                Socket client = proxy.connect();
                Socket accepted = upstream.accept()) {
            client.getOutputStream().write('x');
            assertThat(accepted.getInputStream().read()).isEqualTo('x');
            reset(client);
            accepted.setSoTimeout(20_000);
            assertThatThrownBy(() -> accepted.getInputStream().read()).isInstanceOf(IOException.class)
                    .hasMessageContaining("reset");
            assertThat(proxy.err.awaitContaining("closed #1")).contains("reset by client");
        }
    }

    /// A Unix client that has sent everything and left looks like one that gave up: none of its bytes may be lost.
    @ParameterizedTest
    @ValueSource(strings = {"virtual", "epoll", "io_uring"})
    void aUnixClientThatHasSentAndLeftLosesNothing(String model, @TempDir Path directory) throws Exception {
        Path front = directory.resolve("front");
        try (ServerSocket upstream = upstream();
                Cli proxy = proxy(upstream, model, "--idle-timeout", "8s", "--listen", "tcp://127.0.0.1:0",
                        "--listen", "unix:" + front)) {
            SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(front));
            long sent = fill(client);
            client.close();
            try (Socket accepted = upstream.accept()) {
                // When the check has detected a later client's reset, it has seen the first client, too.
                reset(stuckClient(proxy));
                assertThat(proxy.err.awaitContaining("closed #2")).contains("reset by client");
                assertThat(accepted.getInputStream().transferTo(OutputStream.nullOutputStream())).isEqualTo(sent);
            }
            assertThat(proxy.err.awaitContaining("closed #1")).contains("done by client");
        }
    }

    @Test
    void aLongReplyAfterTheClientsEndIsNotIdle() throws Exception {
        try (ServerSocket upstream = upstream();
                Cli proxy = proxy(upstream, "virtual", "--idle-timeout", "2s");
                Socket client = proxy.connect();
                Socket accepted = upstream.accept()) {
            client.shutdownOutput();
            assertThat(accepted.getInputStream().read()).isEqualTo(-1);
            for (int i = 0; i < 30; i++) {
                accepted.getOutputStream().write('x');
                assertThat(client.getInputStream().read()).isEqualTo('x');
                Thread.sleep(100); // the interval between two bytes is under test
            }
            accepted.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(proxy.err.awaitContaining("closed #1")).contains("done by client");
        }
    }
}
