package dev.polyserve.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Connection;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.Model;
import dev.polyserve.Networks;
import dev.polyserve.Options;
import dev.polyserve.Server;
import dev.polyserve.ServerListener;
import dev.polyserve.Tls;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

/// PROXY headers before connections, in each model that accepts in its own process.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class ProxyProtocolTest {
    private static final String TRUSTED = "?proxy=127.0.0.0/8";
    private static final String TEXT = "PROXY TCP4 192.0.2.7 198.51.100.1 4000 443\r\n";
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final String ADDRESSES = "c0000207" + "c6336401" + "0fa0" + "01bb";
    private static final String SEEN = "192.0.2.7:4000 198.51.100.1:443 by 127.0.0.1";

    private static Server server(String model, String endpoint, UnaryOperator<Options> options) throws IOException {
        Model how = Model.named(model);
        Optional<String> whyNot = Server.whyNot(how);
        assumeTrue(whyNot.isEmpty(), () -> "needs a model that cannot run here: " + whyNot.orElse(""));
        return Server.at(endpoint).model(how).options(options).handle(ProxyProtocolTest::tell).start();
    }

    /// Greets with the addresses, and echoes lines.
    private static void tell(Connection connection) throws Exception {
        ConnectionInfo info = connection.info();
        connection.writeLine(Endpoint.textOf(info.peer()) + " " + Endpoint.textOf(info.local()) + info.proxied()
                .map(proxied -> " by " + Endpoint.textOf(proxied.sender()).replaceAll(":[0-9]+$", "")
                        + proxied.authority().map(name -> " for " + name).orElse(""))
                .orElse(""));
        connection.flush();
        for (String line; (line = connection.readLine()) != null;) {
            connection.writeLine(line);
        }
    }

    private static Socket connect(Server server) throws IOException {
        return new Socket(InetAddress.ofLiteral("127.0.0.1"), server.port());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] binary(String rest) {
        return HexFormat.of().parseHex(SIGNATURE + rest);
    }

    private static byte[] with(byte[] header, String payload) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(header);
        all.writeBytes(bytes(payload));
        return all.toByteArray();
    }

    private static BufferedReader reader(InputStream in) {
        return new BufferedReader(new InputStreamReader(in, StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @TestedModels
    void theAddressesAreThoseOfTheHeader(String model) throws Exception {
        byte[] named = binary("2111001a" + ADDRESSES + "02000b" + HexFormat.of().formatHex(bytes("example.org")));
        try (Server server = server(model, "tcp://127.0.0.1:0" + TRUSTED, o -> o)) {
            for (byte[] header : List.of(bytes(TEXT), binary("2111000c" + ADDRESSES), named)) {
                String seen = Arrays.equals(header, named) ? SEEN + " for example.org" : SEEN;
                for (boolean whole : new boolean[]{true, false}) {
                    try (Socket client = connect(server)) {
                        client.setTcpNoDelay(true);
                        send(client.getOutputStream(), with(header, "first\nsecond\n"), whole);
                        BufferedReader in = reader(client.getInputStream());
                        assertThat(in.readLine()).isEqualTo(seen);
                        assertThat(in.readLine()).isEqualTo("first");
                        assertThat(in.readLine()).isEqualTo("second");
                    }
                }
            }
        }
    }

    private static void send(OutputStream out, byte[] bytes, boolean whole) throws IOException {
        if (whole) {
            out.write(bytes);
        } else {
            for (byte each : bytes) {
                out.write(each);
            }
        }
    }

    @ParameterizedTest
    @TestedModels
    void theHeaderComesBeforeTls(String model) throws Exception {
        Model how = Model.named(model);
        assumeTrue(Server.whyNot(how).isEmpty(), () -> "needs a model that cannot run here: " + model);
        try (Server server = Server.at("tls://127.0.0.1:0" + TRUSTED).model(how).tls(Tls.selfSigned())
                .handle(ProxyProtocolTest::tell).start();
                Socket client = TlsServerTest.connectAfter(bytes(TEXT), server.port())) {
            client.getOutputStream().write(bytes("secret\n"));
            BufferedReader in = reader(client.getInputStream());
            assertThat(in.readLine()).isEqualTo(SEEN);
            assertThat(in.readLine()).isEqualTo("secret");
        }
    }

    @ParameterizedTest
    @TestedModels
    void localAndUnknownKeepTheRealAddresses(String model) throws Exception {
        try (Server server = server(model, "tcp://127.0.0.1:0" + TRUSTED, o -> o)) {
            for (byte[] header : List.of(bytes("PROXY UNKNOWN\r\n"), binary("20000000"), binary("21000002ffff"))) {
                try (Socket client = connect(server)) {
                    client.getOutputStream().write(header);
                    assertThat(reader(client.getInputStream()).readLine())
                            .isEqualTo("127.0.0.1:" + client.getLocalPort() + " 127.0.0.1:" + server.port());
                }
            }
        }
    }

    @ParameterizedTest
    @TestedModels
    void aStrangerABadHeaderAndALateOneAreRefused(String model) throws Exception {
        try (Server server = server(model, "tcp://127.0.0.1:0?proxy=10.0.0.0/8", o -> o);
                Socket stranger = connect(server)) {
            assertThat(endOf(stranger, TEXT)).isEmpty();
            assertThat(server.stats().reached()).containsEntry(Limit.PROXY_HEADER, 1L);
        }
        try (Server server = server(model, "tcp://127.0.0.1:0" + TRUSTED,
                o -> o.withProxyProtocol(p -> p.withTimeout(Duration.ofMillis(50))))) {
            for (String start : List.of("GET / HTTP/1.1\r\n", "PROXY TCP4 1.1.1.1 ", "")) {
                try (Socket client = connect(server)) {
                    assertThat(endOf(client, start)).isEmpty();
                }
            }
            assertThat(server.stats().reached()).containsEntry(Limit.PROXY_HEADER, 3L);
            assertThat(server.stats().rejected()).isEqualTo(3);
        }
    }

    /// What the server sends until it closes; a reset is an end, too.
    private static String endOf(Socket client, String sent) throws IOException {
        try {
            client.getOutputStream().write(bytes(sent));
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe).*");
            return "";
        }
    }

    @ParameterizedTest
    @TestedModels
    void connectionsThatSendNothingDelayNone(String model) throws Exception {
        List<Socket> silent = new ArrayList<>();
        Server server = server(model, "tcp://127.0.0.1:0" + TRUSTED,
                o -> o.withProxyProtocol(p -> p.withTimeout(Duration.ofMinutes(1))));
        try (server) {
            for (int i = 0; i < 100; i++) {
                Socket client = connect(server);
                silent.add(client);
                client.getOutputStream().write(bytes("PROXY TCP4 192.0.2."));
            }
            try (Socket client = connect(server)) {
                client.getOutputStream().write(bytes(TEXT));
                assertThat(reader(client.getInputStream()).readLine()).isEqualTo(SEEN);
            }
            Socket late = silent.removeLast();
            late.getOutputStream().write(bytes("7 198.51.100.1 4000 443\r\n"));
            assertThat(reader(late.getInputStream()).readLine()).isEqualTo(SEEN);
            late.close();
            assertThat(silent.getFirst().getInputStream().available()).isZero();
            server.close();
            for (Socket client : silent) {
                assertThat(endOf(client, "")).isEmpty();
            }
        } finally {
            for (Socket client : silent) {
                client.close();
            }
        }
    }

    /// The rest of a header that arrives while the accept loop is held up, past the time for the header, is in time.
    @ParameterizedTest
    @TestedModels(concurrent = true)
    void aHeaderThatArrivedWhileTheLoopWasHeldUpIsNotLate(String model) throws Exception {
        Model how = Model.named(model);
        assumeTrue(Server.whyNot(how).isEmpty(), () -> "needs a model that cannot run here: " + model);
        CountDownLatch heldUp = new CountDownLatch(1);
        CountDownLatch sent = new CountDownLatch(1);
        Duration timeout = Duration.ofMillis(500);
        try (Server server = Server.at("tcp://127.0.0.1:0" + TRUSTED).model(how)
                .options(o -> o.withProxyProtocol(p -> p.withTimeout(timeout))).handle(ProxyProtocolTest::tell)
                .listener(new ServerListener() {
                    @Override
                    public void accepted(ConnectionFuture connection) {
                        if (heldUp.getCount() > 0) {
                            heldUp.countDown();
                            holdUp(sent, timeout.multipliedBy(2));
                        }
                    }
                }).start(); Socket early = connect(server); Socket other = connect(server)) {
            early.getOutputStream().write(bytes(TEXT.substring(0, 20)));
            other.getOutputStream().write(bytes(TEXT));
            assertThat(heldUp.await(30, TimeUnit.SECONDS)).isTrue();
            early.getOutputStream().write(bytes(TEXT.substring(20)));
            sent.countDown();
            assertThat(reader(early.getInputStream()).readLine()).isEqualTo(SEEN);
            assertThat(reader(other.getInputStream()).readLine()).isEqualTo(SEEN);
        }
    }

    private static void holdUp(CountDownLatch until, Duration time) {
        try {
            assertThat(until.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException("nothing interrupts this loop", e);
        }
        long endNanos = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - endNanos < 0) {
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @TestedModels
    void aConnectionWhoseHeaderIsWholeWaitsWhileTheServerIsFull(String model) throws Exception {
        int most = model.equals("iterative") ? 1 : 2;
        List<Socket> served = new ArrayList<>();
        try (Server server = server(model, "tcp://127.0.0.1:0" + TRUSTED, o -> o.withMaxConnections(2));
                Socket late = connect(server)) {
            late.getOutputStream().write(bytes(TEXT.substring(0, 20)));
            for (int i = 0; i < most; i++) {
                Socket client = connect(server);
                served.add(client);
                client.getOutputStream().write(bytes(TEXT));
                assertThat(reader(client.getInputStream()).readLine()).isEqualTo(SEEN);
            }
            late.getOutputStream().write(bytes(TEXT.substring(20)));
            served.removeFirst().close();
            assertThat(reader(late.getInputStream()).readLine()).isEqualTo(SEEN);
            assertThat(server.stats().rejected()).isZero();
        } finally {
            for (Socket client : served) {
                client.close();
            }
        }
    }

    @ParameterizedTest
    @TestedModels(concurrent = true)
    void theLimitPerAddressCountsTheAddressInTheHeader(String model) throws Exception {
        try (Server server = server(model, "tcp://127.0.0.1:0" + TRUSTED,
                o -> o.withLimits(l -> l.withConnectionsPerAddress(1)));
                Socket first = connect(server);
                Socket second = connect(server);
                Socket other = connect(server)) {
            first.getOutputStream().write(bytes(TEXT));
            assertThat(reader(first.getInputStream()).readLine()).isEqualTo(SEEN);
            assertThat(endOf(second, TEXT)).isEmpty();
            other.getOutputStream().write(bytes(TEXT.replace("192.0.2.7", "192.0.2.8")));
            assertThat(reader(other.getInputStream()).readLine()).startsWith("192.0.2.8:4000 ");
            assertThat(server.stats().reached()).containsEntry(Limit.CONNECTIONS_PER_ADDRESS, 1L);
        }
    }

    @ParameterizedTest
    @TestedModels
    void theAddressInTheHeaderDecidesWhetherTheClientMayComeIn(String model) throws Exception {
        try (Server server = server(model, "tcp://127.0.0.1:0" + TRUSTED,
                o -> o.withAccess(a -> a.withDenied(Networks.parse("192.0.2.0/24"))))) {
            try (Socket client = connect(server)) {
                assertThat(endOf(client, TEXT)).isEmpty();
            }
            assertThat(server.stats().reached()).containsEntry(Limit.NETWORK, 1L);
            server.reconfigure(o -> o.withAccess(a -> a.withAllowed(Networks.parse("192.0.2.7"))));
            try (Socket client = connect(server)) {
                client.getOutputStream().write(bytes(TEXT));
                assertThat(reader(client.getInputStream()).readLine()).isEqualTo(SEEN);
            }
        }
    }

    @ParameterizedTest
    @TestedModels
    void datagramsFromADeniedNetworkAreNotAnswered(String model) throws Exception {
        Model how = Model.named(model);
        assumeTrue(Server.whyNot(how).isEmpty(), () -> "needs a model that cannot run here: " + model);
        try (Server server = Server.at("udp://127.0.0.1:0").model(how)
                .options(o -> o.withAccess(a -> a.withDenied(Networks.parse("127.0.0.0/8"))))
                .datagrams((request, reply) -> reply.write(request.payload())).start();
                DatagramSocket client = new DatagramSocket()) {
            client.connect(InetAddress.ofLiteral("127.0.0.1"), server.port());
            client.send(new DatagramPacket(new byte[]{1}, 1));
            while (server.stats().reached().isEmpty()) {
                Thread.onSpinWait();
            }
            server.reconfigure(o -> o.withAccess(a -> a.withDenied(Networks.none())));
            client.send(new DatagramPacket(new byte[]{2}, 1));
            DatagramPacket answer = new DatagramPacket(new byte[1], 1);
            client.receive(answer);
            assertThat(answer.getData()[0]).isEqualTo((byte) 2);
            assertThat(server.stats().reached()).containsEntry(Limit.NETWORK, 1L);
        }
    }

    @ParameterizedTest
    @TestedModels
    void aUnixSocketTakesHeadersFromAnyPeer(String model, @TempDir Path directory) throws Exception {
        Path path = directory.resolve("s");
        try (Server _ = server(model, "unix:" + path + "?proxy=any", o -> o);
                SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.connect(UnixDomainSocketAddress.of(path));
            client.write(ByteBuffer.wrap(bytes(TEXT.substring(0, 20))));
            client.write(ByteBuffer.wrap(bytes(TEXT.substring(20))));
            assertThat(reader(Channels.newInputStream(client)).readLine())
                    .startsWith("192.0.2.7:4000 198.51.100.1:443 by ");
        }
    }
}
