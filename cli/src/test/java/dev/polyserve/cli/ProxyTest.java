package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.cli.net.TestNameResolver;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.CompletableFuture;
import java.io.UncheckedIOException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The proxy: bytes and half-closes in both directions, with every kind of model.
class ProxyTest {
    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio", "thread", "iterative", "thread-pool"})
    void bytesPassBothWaysUntilTheClientEnds(String model) throws Exception {
        byte[] sent = new byte[1_000_000];
        new Random(2).nextBytes(sent);
        try (Cli echo = Cli.serve("echo");
                Cli proxy = Cli.serve("proxy", "tcp://127.0.0.1:" + echo.port(), "--model", model)) {
            assertThat(proxy.exchange(sent)).isEqualTo(sent);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio", "thread"})
    void upstreamsEndIsForwardedWhileTheClientGoesOn(String model) throws Exception {
        try (ServerSocket upstream = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                Cli proxy = Cli.serve("proxy", "tcp://127.0.0.1:" + upstream.getLocalPort(), "--model", model);
                Socket client = proxy.connect();
                Socket accepted = upstream.accept()) {
            accepted.getOutputStream().write("bye".getBytes(StandardCharsets.US_ASCII));
            accepted.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).asString(StandardCharsets.US_ASCII).isEqualTo("bye");
            client.getOutputStream().write("but I was not done".getBytes(StandardCharsets.US_ASCII));
            client.shutdownOutput();
            assertThat(accepted.getInputStream().readAllBytes()).asString(StandardCharsets.US_ASCII)
                    .isEqualTo("but I was not done");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v2"})
    void theUpstreamSeesTheClientOfTheProxy(String version) throws Exception {
        try (Cli upper = Cli.serve("upper", "--listen", "tcp://127.0.0.1:0?proxy=127.0.0.1");
                Cli proxy = Cli.serve("proxy", "tcp://127.0.0.1:" + upper.port(), "--send-proxy", version);
                Socket client = proxy.connect()) {
            client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).asString(StandardCharsets.US_ASCII).isEqualTo("HELLO");
            assertThat(upper.err.awaitContaining("closed #1")).contains("127.0.0.1:" + client.getLocalPort() + " ");
        }
    }

    @Test
    void theUpstreamLearnsTheTlsOfTheClient() throws Exception {
        try (ServerSocket upstream = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                Cli proxy = Cli.serve("proxy", "tcp://127.0.0.1:" + upstream.getLocalPort(), "--send-proxy", "v2",
                        "--listen", "tls://127.0.0.1:0", "--tls-self-signed", "--tls-alpn", "smtp")) {
            CompletableFuture<String> received = CompletableFuture.supplyAsync(() -> allOf(upstream));
            Cli.run(new byte[0], "connect", "tls://127.0.0.1:" + proxy.port(), "--insecure", "--server-name",
                    "localhost", "--alpn", "smtp");
            assertThat(received.get(20, TimeUnit.SECONDS)).contains("TLSv1.3", "TLS_AES_", "localhost", "smtp");
        }
    }

    private static String allOf(ServerSocket upstream) {
        try (Socket accepted = upstream.accept()) {
            return new String(accepted.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theHeaderComesBeforeTheClientHasSentAnything() throws Exception {
        try (ServerSocket upstream = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                Cli proxy = Cli.serve("proxy", "tcp://127.0.0.1:" + upstream.getLocalPort(), "--send-proxy", "v1");
                Socket client = proxy.connect();
                Socket accepted = upstream.accept()) {
            String header = "PROXY TCP4 127.0.0.1 127.0.0.1 " + client.getLocalPort() + " " + proxy.port() + "\r\n";
            assertThat(accepted.getInputStream().readNBytes(header.length())).asString(StandardCharsets.US_ASCII)
                    .isEqualTo(header);
        }
    }

    @Test
    void unixEndpointsWorkOnBothSides(@TempDir Path directory) throws Exception {
        String front = "unix:" + directory.resolve("front");
        String back = "unix:" + directory.resolve("back");
        try (Cli echo = Cli.serve("upper", "--listen", back); Cli proxy = Cli.serve("proxy", back, "--listen", front)) {
            assertThat(echo.endpoints()).hasSize(1);
            assertThat(proxy.endpoints()).hasSize(1);
            Cli.Finished run = Cli.run("hello\n".getBytes(StandardCharsets.US_ASCII), "connect", front);
            assertThat(run.out()).isEqualTo("HELLO\n");
            assertThat(run.status()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio"})
    void anUnreachableUpstreamGivesOneWarning(String model) throws Exception {
        int free;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = closed.getLocalPort();
        }
        try (Cli proxy = Cli.serve("proxy", "tcp://127.0.0.1:" + free, "--model", model);
                Socket client = proxy.connect()) {
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(IOException.class)
                    .hasMessageContaining("reset");
            assertThat(proxy.err.awaitContaining("cannot connect to tcp://127.0.0.1:" + free)).contains("WARN",
                    "refused");
            assertThat(proxy.err.awaitContaining("closed #1")).contains("stopped by server");
            assertThat(proxy.err.text()).doesNotContain("\tat ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio", "thread"})
    void anUpstreamIsResolvedOffTheLoopAndAllAddressesAreTried(String model) throws Exception {
        try (ServerSocket upstream = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.3"))) {
            String name = TestNameResolver.of("127.0.0.2", "127.0.0.3");
            try (Cli proxy = Cli.serve("proxy", "tcp://" + name + ":" + upstream.getLocalPort(), "--model", model);
                    Socket client = proxy.connect();
                    Socket accepted = upstream.accept()) {
                client.getOutputStream().write('x');
                assertThat(accepted.getInputStream().read()).isEqualTo('x');
            }
        }
        assertThat(TestNameResolver.threads()).isNotEmpty().allMatch(thread -> thread.startsWith("polyserve-lookup-"));
    }
}
