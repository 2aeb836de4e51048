package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The services over UDP.
class DatagramServicesTest {
    private static final String ANY_PORT = "udp://127.0.0.1:0";
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final long TIMEOUT_NANOS = TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MILLIS);
    private static final int SILENCE_MILLIS = 200;

    @TempDir
    private Path directory;

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
        String control = directory.resolve("control").toString();
        try (Cli server = Cli.serve("discard", "--listen", ANY_PORT, "--model", model, "--control", control);
                DatagramSocket client = client()) {
            send(client, server, "one\ntwo");
            send(client, server, "");
            awaitDatagrams(control, "in 2, out 0");
            receivesNothing(client);
        }
    }

    /// Waits until the server has counted this many datagrams.
    private static void awaitDatagrams(String control, String counts) {
        long deadline = System.nanoTime() + TIMEOUT_NANOS;
        String status;
        do {
            status = Cli.run("status", "--control", control).out();
        } while (!status.contains(counts) && System.nanoTime() - deadline < 0);
        assertThat(status).contains(counts);
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

    /// Sends from an address outside loopback, like a client on another machine.
    @Test
    void anyAddressIsAnsweredOnlyOnRequest() throws Exception {
        InetAddress afar = addressBesideLoopback();
        try (Cli server = Cli.serve("qotd", "--listen", "udp://0.0.0.0:0", "--allow-amplification");
                DatagramSocket client = new DatagramSocket(0, afar)) {
            client.setSoTimeout(TIMEOUT_MILLIS);
            send(client, server, afar, "x");
            assertThat(new String(receive(client), StandardCharsets.UTF_8)).endsWith("\r\n");
        }
        try (Cli server = Cli.serve("qotd", "--listen", ANY_PORT);
                DatagramSocket client = new DatagramSocket(0, afar)) {
            send(client, server, "x");
            assertThat(server.err.awaitContaining("dropped a datagram")).contains(
                    afar.getHostAddress() + ":" + client.getLocalPort(), "it comes from another machine");
            receivesNothing(client);
        }
    }

    private static InetAddress addressBesideLoopback() throws SocketException {
        Optional<InetAddress> address = NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                .filter(each -> each instanceof Inet4Address && !each.isLoopbackAddress()).findFirst();
        assumeTrue(address.isPresent(), "needs an IPv4 address that is not loopback, and no interface has one");
        return address.orElseThrow();
    }

    @Test
    void theSourcePortOfAServiceIsNotAnswered() throws Exception {
        try (Cli server = Cli.serve("echo", "--listen", ANY_PORT);
                DatagramSocket service = new DatagramSocket(2049, InetAddress.getLoopbackAddress())) {
            send(service, server, "ping");
            assertThat(server.err.awaitContaining("dropped a datagram")).contains("127.0.0.1:2049",
                    "its source port belongs to a service");
            receivesNothing(service);
        }
    }

    @Test
    void datagramsOfOneSourceAreLimited() throws Exception {
        try (Cli server = Cli.serve("echo", "--listen", ANY_PORT, "--model", "nio", "--datagram-rate", "1");
                DatagramSocket often = client();
                DatagramSocket seldom = client()) {
            for (int i = 0; i < 101; i++) {
                send(often, server, "again");
            }
            assertThat(server.err.awaitContaining("dropped a datagram")).contains(":" + often.getLocalPort(),
                    "its source exceeds the rate limit; --datagram-rate changes it");
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
        client.setSoTimeout(TIMEOUT_MILLIS);
        return client;
    }

    /// Unconnected, because the JDK sends no empty datagram on a connected socket.
    private static void send(DatagramSocket client, Cli server, String text) throws Exception {
        send(client, server, InetAddress.getLoopbackAddress(), text);
    }

    private static void send(DatagramSocket client, Cli server, InetAddress to, String text) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        client.send(new DatagramPacket(bytes, bytes.length, to, server.port()));
    }

    private static void receivesNothing(DatagramSocket client) throws Exception {
        client.setSoTimeout(SILENCE_MILLIS);
        assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> receive(client));
    }

    private static byte[] receive(DatagramSocket client) throws Exception {
        DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
        client.receive(packet);
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }
}
