package dev.polyserve.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Client;
import dev.polyserve.Connection;
import dev.polyserve.Datagram;
import dev.polyserve.DatagramHandler;
import dev.polyserve.DatagramReply;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.Model;
import dev.polyserve.Networks;
import dev.polyserve.Options;
import dev.polyserve.Server;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// PROXY headers in front of datagrams, in each model that receives in its own process.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class ProxyDatagramsTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final String TRUSTED = "?proxy=127.0.0.0/8";
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final String V4 = "c0000207" + "c6336401" + "0fa0" + "0035";
    private static final String HEADER = "2112000c" + V4;
    private static final String SEEN = "192.0.2.7:4000 198.51.100.1:53 by 127.0.0.1";

    private static Server server(String model, String endpoint, UnaryOperator<Options> options) throws IOException {
        Model how = Model.named(model);
        Optional<String> whyNot = Server.whyNot(how);
        assumeTrue(whyNot.isEmpty(), () -> "needs a model that cannot run here: " + whyNot.orElse(""));
        return Server.at(endpoint).model(how).options(options).datagrams(ProxyDatagramsTest::tell).start();
    }

    /// Answers with the addresses and the payload.
    static void tell(Datagram request, DatagramReply reply) {
        byte[] payload = new byte[request.payload().remaining()];
        request.payload().get(payload);
        reply.write((Endpoint.textOf(request.peer()) + " " + Endpoint.textOf(request.local()) + request.proxied()
                .map(proxied -> " by " + Endpoint.textOf(proxied.sender()).replaceAll(":[0-9]+$", "")
                        + proxied.authority().map(name -> " for " + name).orElse(""))
                .orElse("") + " " + new String(payload, StandardCharsets.ISO_8859_1))
                .getBytes(StandardCharsets.ISO_8859_1));
    }

    private static byte[] datagram(String header, String payload) {
        return HexFormat.of().parseHex(
                SIGNATURE + header + HexFormat.of().formatHex(payload.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static DatagramSocket client(Server server) throws IOException {
        DatagramSocket client = new DatagramSocket(0, LOOPBACK);
        client.setSoTimeout(20_000);
        client.connect(LOOPBACK, server.port());
        return client;
    }

    private static void send(DatagramSocket client, byte[] bytes) throws IOException {
        client.send(new DatagramPacket(bytes, bytes.length));
    }

    private static String answer(DatagramSocket client) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[1000], 1000);
        client.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @TestedModels
    void theAddressesAreThoseOfTheHeaderAndTheReplyGoesToItsSender(String model) throws Exception {
        String name = HexFormat.of().formatHex("example.org".getBytes(StandardCharsets.US_ASCII));
        String v6 = "20010db8" + "00".repeat(11) + "01" + "20010db8" + "00".repeat(11) + "02" + "0fa0" + "0035";
        try (Server server = server(model, "udp://127.0.0.1:0" + TRUSTED, o -> o);
                DatagramSocket client = client(server)) {
            send(client, datagram(HEADER, "first"));
            assertThat(answer(client)).isEqualTo(SEEN + " first");
            send(client, datagram(HEADER, ""));
            assertThat(answer(client)).isEqualTo(SEEN + " ");
            send(client, datagram("2112001a" + V4 + "02000b" + name, "named"));
            assertThat(answer(client)).isEqualTo(SEEN + " for example.org named");
            send(client, datagram("21220024" + v6, "v6"));
            assertThat(answer(client)).isEqualTo("[2001:db8::1]:4000 [2001:db8::2]:53 by 127.0.0.1 v6");
            // The transport is not compared: the addresses are the same.
            send(client, datagram("2111000c" + V4, "stream"));
            assertThat(answer(client)).isEqualTo(SEEN + " stream");
            String real = "127.0.0.1:" + client.getLocalPort() + " 127.0.0.1:" + server.port();
            for (String without : List.of("20000000", "2000000c" + V4, "21000002ffff", "2110000c" + V4)) {
                send(client, datagram(without, without));
                assertThat(answer(client)).isEqualTo(real + " " + without);
            }
            assertThat(server.stats().reached()).isEmpty();
        }
    }

    @ParameterizedTest
    @TestedModels
    void eachTruncationIsDropped(String model) throws Exception {
        String whole = "2112000f" + V4 + "040000";
        int length = datagram(whole, "").length;
        try (Server server = server(model, "udp://127.0.0.1:0" + TRUSTED, o -> o);
                DatagramSocket client = client(server);
                DatagramSocket unconnected = new DatagramSocket(0, LOOPBACK)) {
            // Not connected: the JDK sends no empty datagram on a connected socket.
            unconnected.send(new DatagramPacket(new byte[0], 0, LOOPBACK, server.port()));
            for (int end = 1; end < length; end++) {
                send(client, Arrays.copyOf(datagram(whole, ""), end));
            }
            send(client, datagram(whole, "whole"));
            assertThat(answer(client)).isEqualTo(SEEN + " whole");
            assertThat(server.stats().reached()).containsEntry(Limit.PROXY_HEADER, (long) length);
        }
    }

    @ParameterizedTest
    @TestedModels
    void whatIsNoHeaderOfADatagramIsDropped(String model) throws Exception {
        byte[] text = "PROXY TCP4 192.0.2.7 198.51.100.1 4000 53\r\nx".getBytes(StandardCharsets.US_ASCII);
        List<byte[]> bad = List.of(text, "a question".getBytes(StandardCharsets.US_ASCII),
                datagram("3112000c" + V4, "x"),
                datagram("2212000c" + V4, "x"), datagram("2113000c" + V4, "x"), datagram("2142000c" + V4, "x"),
                datagram("2112000b" + V4, "x"), datagram("2112000f" + V4 + "020001", "x"),
                datagram("21120013" + V4 + "030004" + "00000000", "x"));
        try (Server server = server(model, "udp://127.0.0.1:0" + TRUSTED, o -> o);
                DatagramSocket client = client(server)) {
            for (byte[] each : bad) {
                send(client, each);
            }
            send(client, datagram(HEADER, "good"));
            assertThat(answer(client)).isEqualTo(SEEN + " good");
            assertThat(server.stats().reached()).containsEntry(Limit.PROXY_HEADER, (long) bad.size());
        }
    }

    @ParameterizedTest
    @TestedModels
    void aStrangersDatagramIsDroppedUntilItMaySendHeaders(String model) throws Exception {
        Endpoint endpoint = Endpoint.parse("udp://127.0.0.1:0");
        try (Server server = server(model, endpoint + "?proxy=10.0.0.0/8", o -> o);
                DatagramSocket client = client(server)) {
            send(client, datagram(HEADER, "x"));
            while (server.stats().reached().isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(server.stats().reached()).containsEntry(Limit.PROXY_HEADER, 1L);
            server.reconfigure(o -> o.withProxyProtocol(p -> p.withSenders(endpoint, Networks.parse("127.0.0.1"))));
            send(client, datagram(HEADER, "good"));
            assertThat(answer(client)).isEqualTo(SEEN + " good");
        }
    }

    @ParameterizedTest
    @TestedModels
    void theSendersOfConnectionsSendNoHeadersInDatagrams(String model) throws Exception {
        try (Server server = server(model, "udp://127.0.0.1:0",
                o -> o.withProxyProtocol(p -> p.withSenders(Networks.any())));
                DatagramSocket client = client(server)) {
            send(client, "plain".getBytes(StandardCharsets.US_ASCII));
            assertThat(answer(client)).endsWith(":" + server.port() + " plain");
        }
    }

    @ParameterizedTest
    @TestedModels
    void theAddressInTheHeaderIsVerifiedAndDecidesWhetherTheClientMayComeIn(String model) throws Exception {
        Model how = Model.named(model);
        assumeTrue(Server.whyNot(how).isEmpty(), () -> "needs a model that cannot run here: " + model);
        try (Server server = Server.at("udp://127.0.0.1:0" + TRUSTED).model(how)
                .options(o -> o.withAccess(a -> a.withDenied(Networks.parse("192.0.2.7"))))
                .datagrams(new Verifying()).start(); DatagramSocket client = client(server)) {
            send(client, datagram(HEADER, "denied"));
            send(client, datagram(HEADER.replace("c0000207", "c0000208"), "not verified"));
            send(client, datagram(HEADER.replace("c0000207", "c0000209"), "good"));
            assertThat(answer(client)).startsWith("192.0.2.9:4000 ").endsWith(" good");
            assertThat(server.stats().reached()).isEqualTo(Map.of(Limit.NETWORK, 1L));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "epoll"})
    void eachClientBehindALoadBalancerHasASession(String model) throws Exception {
        String other = HEADER.replace("c0000207", "c0000208");
        try (Server server = Server.at("udp://127.0.0.1:0" + TRUSTED).model(Model.named(model))
                .sessions(Duration.ofSeconds(30), session -> {
                    int number = 0;
                    for (String text; (text = session.readText()) != null;) {
                        session.print(Endpoint.textOf(session.info().peer()) + " " + text + ++number);
                    }
                }).start(); DatagramSocket client = client(server)) {
            send(client, datagram(HEADER, "a"));
            assertThat(answer(client)).isEqualTo("192.0.2.7:4000 a1");
            send(client, datagram(other, "b"));
            assertThat(answer(client)).isEqualTo("192.0.2.8:4000 b1");
            send(client, datagram(HEADER, "c"));
            assertThat(answer(client)).isEqualTo("192.0.2.7:4000 c2");
            send(client, datagram("2112000b", "malformed"));
            send(client, datagram(other, "d"));
            assertThat(answer(client)).isEqualTo("192.0.2.8:4000 d2");
            assertThat(server.stats().reached()).isEqualTo(Map.of(Limit.PROXY_HEADER, 1L));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "epoll"})
    void theHeaderThatASessionSendsSaysThatItsClientSendsDatagrams(String model) throws Exception {
        try (ServerSocket upstream = new ServerSocket(0, 50, LOOPBACK);
                Server server = Server.at("udp://127.0.0.1:0").model(Model.named(model))
                        .sessions(Duration.ofSeconds(30), session -> {
                            for (String version; (version = session.readText()) != null;) {
                                try (Connection to = session.connect(Client
                                        .to("tcp://127.0.0.1:" + upstream.getLocalPort())
                                        .withProxyHeader(Integer.parseInt(version)))) {
                                    to.flush();
                                }
                            }
                        }).start();
                DatagramSocket client = client(server)) {
            upstream.setSoTimeout(20_000);
            send(client, "2".getBytes(StandardCharsets.US_ASCII));
            try (Socket accepted = upstream.accept()) {
                assertThat(HexFormat.of().formatHex(accepted.getInputStream().readAllBytes()))
                        .startsWith(SIGNATURE + "2112");
            }
            // Version 1 has no word for it.
            send(client, "1".getBytes(StandardCharsets.US_ASCII));
            try (Socket accepted = upstream.accept()) {
                assertThat(accepted.getInputStream().readAllBytes())
                        .asString(StandardCharsets.US_ASCII).isEqualTo("PROXY UNKNOWN\r\n");
            }
        }
    }

    /// Refuses one address, and reads what it looks at.
    private static final class Verifying implements DatagramHandler {
        @Override
        public boolean verify(Datagram request) {
            request.payload().position(request.payload().limit());
            return !Endpoint.textOf(request.peer()).startsWith("192.0.2.8:");
        }

        @Override
        public void handle(Datagram request, DatagramReply reply) {
            tell(request, reply);
        }
    }
}
