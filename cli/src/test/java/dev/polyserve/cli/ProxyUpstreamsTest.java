package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Model;
import dev.polyserve.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A proxy with several upstreams, of which some are down.
@Timeout(120)
class ProxyUpstreamsTest {
    @TempDir
    Path directory;

    /// A server that sends its name, and then echoes.
    private static Server upstream(String name, String endpoint) throws IOException {
        return Server.at(endpoint).model(Model.virtual()).handle(client -> {
            client.print(name);
            for (String text; (text = client.readText()) != null;) {
                client.print(text);
            }
        }).start();
    }

    private static Server upstream(String name) throws IOException {
        return upstream(name, "tcp://127.0.0.1:0");
    }

    private static String at(Server upstream) {
        return upstream.endpoints().getFirst().toString();
    }

    /// An endpoint where nothing listens.
    private static String dead() throws IOException {
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "tcp://127.0.0.1:" + closed.getLocalPort();
        }
    }

    private static Socket connect(int port) throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
        client.setSoTimeout(30_000);
        return client;
    }

    /// The name that a new client is sent.
    private static String reached(int port) throws IOException {
        try (Socket client = connect(port)) {
            client.shutdownOutput();
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static List<String> reached(int port, int clients) throws IOException {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            names.add(reached(port));
        }
        return names;
    }

    private static void awaitReached(int port, String name) throws IOException {
        while (!reached(port).equals(name)) {
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio", "thread"})
    void clientsAreDistributed(String model) throws Exception {
        try (Server a = upstream("a");
                Server b = upstream("b");
                Cli turns = Cli.serve("proxy", at(a), at(b), "--model", model);
                Cli hash = Cli.serve("proxy", at(a), at(b), "--balance", "hash", "--model", model)) {
            assertThat(reached(turns.port(), 6)).containsExactly("a", "b", "a", "b", "a", "b");
            assertThat(reached(hash.port(), 6)).as("one address").containsOnly(reached(hash.port()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio", "thread"})
    void anUpstreamThatIsDeadAtTheStartCostsNoClient(String model) throws Exception {
        String dead = dead();
        try (Server b = upstream("b"); Cli proxy = Cli.serve("proxy", dead, at(b), "--model", model)) {
            assertThat(reached(proxy.port(), 10)).containsOnly("b");
            assertThat(proxy.err
                    .awaitContaining("the upstream " + dead + " is down after 3 failed connects in a row, the last"))
                    .contains("WARN", "cannot connect to " + dead);
            assertThat(proxy.err.text().lines().filter(line -> line.contains("WARN"))).hasSize(1);
        }
    }

    @Test
    void connectionsToTheOtherUpstreamStayWhenOneDies() throws Exception {
        try (Server a = upstream("a"); Server b = upstream("b"); Cli proxy = Cli.serve("proxy", at(a), at(b))) {
            String first = at(a);
            assertThat(reached(proxy.port())).isEqualTo("a");
            try (Socket client = proxy.connect()) {
                assertThat(client.getInputStream().read()).isEqualTo('b');
                var _ = a.drain(Duration.ZERO);
                assertThat(reached(proxy.port(), 10)).containsOnly("b");
                client.getOutputStream().write('x');
                assertThat(client.getInputStream().read()).isEqualTo('x');
            }
            proxy.err.awaitContaining("the upstream " + first + " is down");
        }
    }

    @Test
    void withoutRetriesAClientIsResetOnce() throws Exception {
        try (Server b = upstream("b");
                Cli proxy = Cli.serve("proxy", dead(), at(b), "--retries", "0", "--health-fall", "1")) {
            assertThatThrownBy(() -> reached(proxy.port())).hasMessageContaining("reset");
            assertThat(reached(proxy.port(), 5)).containsOnly("b");
        }
    }

    @Test
    void whenNoneIsReachedTheClientIsReset() throws Exception {
        try (Cli proxy = Cli.serve("proxy", "unix:" + directory.resolve("none"), dead())) {
            assertThatThrownBy(() -> reached(proxy.port())).hasMessageContaining("reset");
            assertThat(proxy.err.awaitContaining("none of 2 upstreams is reached, the last one: cannot connect to tcp"))
                    .contains("for 127.0.0.1:");
        }
    }

    /// Linux answers no more connects while the backlog is full.
    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio", "thread"})
    @EnabledOnOs(OS.LINUX)
    void anUpstreamThatDoesNotAnswerIsLeftInTime(String model) throws Exception {
        List<SocketChannel> waiting = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress()); Server b = upstream("b")) {
            for (int i = 0; i < 4; i++) {
                SocketChannel next = SocketChannel.open();
                waiting.add(next);
                boolean _ = next.configureBlocking(false).isBlocking();
                boolean _ = next.connect(full.getLocalSocketAddress());
            }
            String silent = "tcp://127.0.0.1:" + full.getLocalPort();
            try (Cli proxy = Cli.serve("proxy", silent, at(b), "--connect-timeout", "200ms", "--health-fall", "1",
                    "--model", model)) {
                assertThat(reached(proxy.port(), 4)).containsOnly("b");
                proxy.err.awaitContaining("the upstream " + silent + " is down after a failed connect: ");
            }
        } finally {
            for (SocketChannel each : waiting) {
                each.close();
            }
        }
    }

    @Test
    void checksFindOutThatAnUpstreamIsDownAndUpAgain() throws Exception {
        try (Server b = upstream("b")) {
            Server a = upstream("a");
            String first = at(a);
            try (Cli proxy = Cli.serve("proxy", first, at(b), "--health-interval", "20ms", "--health-rise", "3")) {
                a.close();
                proxy.err.awaitContaining("the upstream " + first + " is down after 3 failed connects");
                assertThat(reached(proxy.port(), 4)).containsOnly("b");
                try (Server again = upstream("again", first)) {
                    assertThat(at(again)).isEqualTo(first);
                    proxy.err.awaitContaining("the upstream " + first + " is up again");
                    assertThat(reached(proxy.port(), 4)).contains("again", "b");
                }
            }
        }
    }

    @ParameterizedTest
    @Tag("process")
    @ValueSource(strings = {"epoll", "virtual", "process-pool"})
    void hangUpChangesTheUpstreamsAndKeepsConnections(String model) throws Exception {
        assumeTrue(Server.whyNot(Model.epoll()).isEmpty(), "needs Linux and native access");
        Path file = directory.resolve("p.toml");
        String listen = "listen = [\"tcp://127.0.0.1:0\"]\nupstream = [\"";
        try (Server a = upstream("a"); Server b = upstream("b")) {
            Files.writeString(file, listen + at(a) + "\"]\n");
            // Several workers would not change at the same moment.
            List<String> oneWorker = model.equals("process-pool") ? List.of("--workers", "1") : List.of();
            try (ServedProcess proxy = ServedProcess.start(Stream.concat(
                    Stream.of("serve", "proxy", "--config", file.toString(), "--model", model), oneWorker.stream())
                    .toArray(String[]::new)); Socket client = connect(proxy.awaitPort())) {
                assertThat(client.getInputStream().read()).isEqualTo('a');
                Files.writeString(file, listen + at(b) + "\"]\nbalance = \"hash\"\n");
                proxy.signal("HUP");
                String _ = proxy.err.awaitContaining("the configuration was reloaded, changed: balance, upstream");
                awaitReached(proxy.awaitPort(), "b");
                client.getOutputStream().write('x');
                assertThat(client.getInputStream().read()).isEqualTo('x');
                Files.writeString(file, listen + "udp://127.0.0.1:1\"]\n");
                proxy.signal("HUP");
                assertThat(proxy.err.awaitContaining("the configuration is unchanged")).contains("accepts none");
                assertThat(reached(proxy.awaitPort())).isEqualTo("b");
                assertThat(proxy.err.text()).doesNotContain("after a restart");
            }
        }
    }

    @Test
    void theStatusHasFiguresOfEachUpstream() throws Exception {
        assumeTrue(Server.whyNot(Model.epoll()).isEmpty(), "needs Linux and native access");
        String control = directory.resolve("control").toString();
        String dead = dead();
        try (Server a = upstream("name");
                Cli proxy = Cli.serve("proxy", at(a), dead, "--health-fall", "1", "--control", control)) {
            assertThat(reached(proxy.port(), 3)).containsOnly("name");
            for (int client = 1; client <= 3; client++) {
                proxy.err.awaitContaining("closed #" + client);
            }
            try (Socket client = proxy.connect()) {
                assertThat(client.getInputStream().read()).isEqualTo('n');
                assertThat(Cli.run("status", "--control", control).out().replaceAll(" +", " "))
                        .contains(at(a) + " up 1 4 0 0 12", dead + " down 0 0 1 0 0");
                assertThat(Cli.run("status", "--control", control, "--format", "json").out())
                        .contains("\"endpoint\":\"" + dead
                                + "\",\"state\":\"down\",\"active\":0,\"connected\":0,\"failed\":1");
            }
        }
    }

    @Test
    void upstreamsWithTlsAreVerified() throws Exception {
        CertificateTool tool = new CertificateTool(directory);
        tool.create("right", "localhost");
        tool.create("wrong", "elsewhere.example");
        try (Cli right = secured(tool, "right"); Cli wrong = secured(tool, "wrong")) {
            assertThat(throughProxy(right, "--upstream-ca", tool.pemCertificate("right").toString()))
                    .isEqualTo("HELLO");
            assertThat(throughProxy(wrong, "--upstream-insecure")).isEqualTo("HELLO");
            assertThat(throughProxy(wrong, "--upstream-ca", tool.pemCertificate("wrong").toString()))
                    .contains("certificate is not for localhost; name the upstream as its certificate does (No ");
            assertThat(throughProxy(right)).contains("not signed by an authority that is trusted here")
                    .contains("with --upstream-ca FILE").doesNotContain("withAuthorities");
        }
    }

    private static Cli secured(CertificateTool tool, String name) throws Exception {
        return Cli.serve("upper", "--listen", "tls://127.0.0.1:0", "--tls-cert", tool.pemCertificate(name).toString(),
                "--tls-key", tool.pemKey(name).toString());
    }

    /// What comes back, or the warning of the proxy.
    private static String throughProxy(Cli upstream, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("proxy", "tls://localhost:" + upstream.port()));
        arguments.addAll(List.of(options));
        try (Cli proxy = Cli.serve(arguments.toArray(String[]::new))) {
            try {
                return new String(proxy.exchange("hello".getBytes(StandardCharsets.US_ASCII)),
                        StandardCharsets.US_ASCII);
            } catch (IOException e) {
                return proxy.err.awaitContaining("cannot connect to tls://localhost:");
            }
        }
    }

    @Test
    void namesAreRoutedWithoutDecrypting() throws Exception {
        CertificateTool tool = new CertificateTool(directory);
        tool.create("one", "one.example");
        tool.create("two", "two.example");
        try (Cli one = secured(tool, "one");
                Cli two = secured(tool, "two");
                Server plain = upstream("plain");
                Cli proxy = Cli.serve("proxy", at(plain), "--sni-route", "one.example=tcp://127.0.0.1:" + one.port(),
                        "--sni-route", "*.example=tcp://127.0.0.1:" + two.port())) {
            for (String name : List.of("one", "two")) {
                Cli.Finished run = Cli.run("hello\n".getBytes(StandardCharsets.US_ASCII), "connect",
                        "tls://127.0.0.1:" + proxy.port(), "--server-name", name + ".example", "--ca",
                        tool.pemCertificate(name).toString());
                assertThat(run.out()).as(run.err()).isEqualTo("HELLO\n");
            }
            assertThat(new String(proxy.exchange("no TLS".getBytes(StandardCharsets.US_ASCII)),
                    StandardCharsets.US_ASCII)).isEqualTo("plainno TLS");
            assertThat(reached(proxy.port())).as("nothing is sent").isEqualTo("plain");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio"})
    void aClientThatSendsNoNameIsResetInTime(String model) throws Exception {
        try (Server plain = upstream("plain");
                Cli proxy = Cli.serve("proxy", "--sni-route", "one.example=" + at(plain), "--model", model,
                        "--tls-handshake-timeout", "50ms");
                Socket client = proxy.connect()) {
            assertThatThrownBy(() -> client.getInputStream().read()).hasMessageContaining("reset");
        }
    }

    @Test
    void anUpstreamThatDoesNotAnswerTheHandshakeIsLeftInTime() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Server b = upstream("b");
                Cli proxy = Cli.serve("proxy", "tls://127.0.0.1:" + silent.getLocalPort(), at(b),
                        "--tls-handshake-timeout", "50ms")) {
            assertThat(reached(proxy.port())).isEqualTo("b");
        }
    }

    @Test
    void aNameWithoutARouteIsRefused() throws Exception {
        try (Server a = upstream("a"); Cli proxy = Cli.serve("proxy", "--sni-route", "one.example=" + at(a))) {
            try (Socket client = proxy.connect();
                    SSLSocket secured = (SSLSocket) SSLContext.getDefault().getSocketFactory().createSocket(client,
                            "two.example", proxy.port(), true)) {
                assertThatThrownBy(secured::startHandshake).isInstanceOf(IOException.class);
            }
            proxy.err.awaitContaining("the name two.example has no route: add --sni-route NAME=ENDPOINT");
            assertThatThrownBy(() -> proxy.exchange("no TLS".getBytes(StandardCharsets.US_ASCII)))
                    .isInstanceOf(IOException.class);
            proxy.err.awaitContaining("it asks for no name: add --sni-route");
        }
    }
}
