package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The services over UDP.
class DatagramServicesTest {
    private static final String ANY_PORT = "udp://127.0.0.1:0";

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio"})
    void echoAndUpperAnswer(String model) throws Exception {
        try (Cli server = Cli.serve("echo", "--listen", ANY_PORT, "--model", model)) {
            assertThat(ask(server, "hello\n")).isEqualTo("hello\n");
            assertThat(ask(server, "")).isEmpty();
        }
        try (Cli server = Cli.serve("upper", "--listen", ANY_PORT, "--model", model)) {
            assertThat(ask(server, "hellö")).isEqualTo("HELLö");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio"})
    void printPrintsAndDiscardIsSilent(String model) throws Exception {
        try (Cli server = Cli.serve("print", "--listen", ANY_PORT, "--model", model);
                DatagramSocket client = client()) {
            send(client, server, "one\ntwo");
            String mark = "[127.0.0.1:" + client.getLocalPort() + "] ";
            assertThat(server.out.awaitContaining("two")).isEqualTo(mark + "two");
            assertThat(server.out.text()).contains(mark + "one\n");
        }
        try (Cli server = Cli.serve("discard", "--listen", ANY_PORT, "--model", model)) {
            assertThat(server.endpoints()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio"})
    void theSmallServicesAnswerOnLoopback(String model) throws Exception {
        try (Cli server = Cli.serve("daytime", "--listen", ANY_PORT, "--model", model)) {
            assertThat(ask(server, "x")).endsWith("\r\n");
        }
        try (Cli server = Cli.serve("qotd", "--listen", ANY_PORT, "--model", model)) {
            assertThat(ask(server, "x")).endsWith("\r\n").hasSizeLessThan(512);
        }
        try (Cli server = Cli.serve("time", "--listen", ANY_PORT, "--model", model); DatagramSocket client = client()) {
            send(client, server, "");
            assertThat(receive(client)).hasSize(4);
        }
        try (Cli server = Cli.serve("chargen", "--listen", ANY_PORT, "--model", model)) {
            assertThat(ask(server, "x").length()).isLessThanOrEqualTo(512);
        }
    }

    @Test
    void everybodyIsAnsweredOnlyOnRequest() throws Exception {
        try (Cli server = Cli.serve("qotd", "--listen", "udp://0.0.0.0:0", "--allow-amplification")) {
            assertThat(ask(server, "x")).endsWith("\r\n");
        }
    }

    @Test
    void theSourcePortOfAServiceIsNotAnswered() throws Exception {
        try (Cli server = Cli.serve("echo", "--listen", ANY_PORT);
                DatagramSocket service = new DatagramSocket(2049, InetAddress.getLoopbackAddress())) {
            send(service, server, "ping");
            assertThat(server.err.awaitContaining("dropped a datagram")).contains("127.0.0.1:2049",
                    "comes from the port of a service");
            service.setSoTimeout(200);
            org.assertj.core.api.Assertions.assertThatExceptionOfType(java.net.SocketTimeoutException.class)
                    .isThrownBy(() -> receive(service));
        }
    }

    @Test
    void oneSourceIsAnsweredOnlySoOften() throws Exception {
        try (Cli server = Cli.serve("echo", "--listen", ANY_PORT, "--model", "nio", "--datagram-rate", "1");
                DatagramSocket often = client();
                DatagramSocket seldom = client()) {
            for (int i = 0; i < 101; i++) {
                send(often, server, "again");
            }
            assertThat(server.err.awaitContaining("dropped a datagram")).contains(":" + often.getLocalPort(),
                    "more come from there than are answered; --datagram-rate changes that");
            send(seldom, server, "another");
            assertThat(receive(seldom)).asString(StandardCharsets.UTF_8).isEqualTo("another");
        }
    }

    private static String ask(Cli server, String question) throws Exception {
        try (DatagramSocket client = client()) {
            send(client, server, question);
            return new String(receive(client), StandardCharsets.UTF_8);
        }
    }

    private static DatagramSocket client() throws Exception {
        DatagramSocket client = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        client.setSoTimeout(10_000);
        return client;
    }

    /// Not connected: the JDK sends no datagram without bytes on a connected socket.
    private static void send(DatagramSocket client, Cli server, String text) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        client.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), server.port()));
    }

    private static byte[] receive(DatagramSocket client) throws Exception {
        DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
        client.receive(packet);
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }
}
