package dev.polyserve.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Options;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.program.TestProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// PROXY headers in the models with worker processes, whose workers run a program again: each test starts one.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class ProxyProtocolWorkersTest {
    private static final String HEADER = "PROXY TCP4 192.0.2.7 198.51.100.1 4000 443\r\n";

    @ParameterizedTest
    @ValueSource(strings = {"process", "process-pool"})
    void theWorkerKnowsTheAddressInTheHeaderAndTheLimitCountsIt(String model) throws Exception {
        Process program = TestProgram.start(Serves.class, model);
        try (BufferedReader said = program.inputReader();
                Socket first = new Socket();
                Socket second = new Socket();
                Socket other = new Socket();
                Socket stranger = new Socket()) {
            int port = Integer.parseInt(said.readLine());
            for (Socket client : List.of(first, second, other, stranger)) {
                client.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
            }
            assertThat(answer(first, HEADER)).isEqualTo("192.0.2.7:4000 198.51.100.1:443");
            // One too many from this address: a worker of a pool learns so after it has accepted the client.
            assertThat(answer(second, HEADER)).isIn("", "192.0.2.7:4000 198.51.100.1:443");
            assertThat(ends(second)).isTrue();
            assertThat(answer(other, HEADER.replace("192.0.2.7", "192.0.2.8")))
                    .isEqualTo("192.0.2.8:4000 198.51.100.1:443");
            assertThat(answer(stranger, "GET / HTTP/1.1\r\n")).isEmpty();
            program.getOutputStream().close();
            assertThat(said.readLine()).contains("CONNECTIONS_PER_ADDRESS=1", "PROXY_HEADER=1");
            assertThat(program.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            program.destroyForcibly();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"process", "process-pool"})
    void theWorkerKnowsTheAddressInTheHeaderOfADatagram(String model) throws Exception {
        Process program = TestProgram.start(Serves.class, model, "udp");
        try (BufferedReader said = program.inputReader(); DatagramSocket client = new DatagramSocket()) {
            client.setSoTimeout(60_000);
            client.connect(InetAddress.ofLiteral("127.0.0.1"), Integer.parseInt(said.readLine()));
            String header = "0d0a0d0a000d0a515549540a" + "2112000c" + "c0000207" + "c6336401" + "0fa0" + "0035";
            for (String datagram : List.of(header.substring(0, 50), header + "21", "21", header + "22")) {
                byte[] bytes = HexFormat.of().parseHex(datagram);
                client.send(new DatagramPacket(bytes, bytes.length));
                if (bytes.length > header.length() / 2) {
                    DatagramPacket answer = new DatagramPacket(new byte[200], 200);
                    client.receive(answer);
                    assertThat(new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII))
                            .isEqualTo("192.0.2.7:4000 198.51.100.1:53 by 127.0.0.1 "
                                    + (char) bytes[bytes.length - 1]);
                }
            }
            program.getOutputStream().close();
            assertThat(said.readLine()).isEqualTo("{PROXY_HEADER=2}");
        } finally {
            program.destroyForcibly();
        }
    }

    /// The first line that the server sends; empty when it closes the connection.
    private static String answer(Socket client, String sent) throws IOException {
        try {
            client.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
            String line = new BufferedReader(
                    new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII)).readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe).*");
            return "";
        }
    }

    private static boolean ends(Socket client) {
        try {
            return client.getInputStream().read() < 0;
        } catch (IOException e) {
            return String.valueOf(e.getMessage()).contains("reset");
        }
    }

    /// Serves until its input ends, and prints which limits were reached.
    static final class Serves {
        private Serves() {}

        @SuppressWarnings("SystemOut")
        static void main(String[] arguments) throws Exception {
            Model model = arguments[0].equals("process") ? Model.process() : Model.processPool(2, Model.epoll());
            String scheme = arguments.length > 1 ? arguments[1] : "tcp";
            ServerBuilder builder = Server.at(scheme + "://127.0.0.1:0?proxy=127.0.0.0/8").model(model)
                    .datagrams(ProxyDatagramsTest::tell)
                    .options((Options o) -> o.withLimits(l -> l.withConnectionsPerAddress(1))).handle(client -> {
                        client.writeLine(Endpoint.textOf(client.info().peer()) + " "
                                + Endpoint.textOf(client.info().local()));
                        while (client.readLine() != null) {
                            // until the client ends
                        }
                    });
            try (Server server = builder.start()) {
                System.out.println(server.port());
                while (System.in.read() >= 0) {
                    // until the test ends it
                }
                server.drain(Duration.ofSeconds(10));
                // What the workers counted is complete when they have ended.
                System.out.println(server.stats().reached());
            }
        }
    }
}
