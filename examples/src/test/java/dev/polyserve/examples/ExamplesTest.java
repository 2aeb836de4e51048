package dev.polyserve.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Model;
import dev.polyserve.Server;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The examples of single features.
class ExamplesTest {
    private static final String ANY_PORT = "tcp://127.0.0.1:0";
    /// Longer than any operation takes that works.
    private static final Duration LONG = Duration.ofSeconds(20);

    static Stream<Model> concurrentModels() {
        return TestableModels.models().filter(model -> !model.id().equals("iterative"));
    }

    @Test
    void poolReportsEachEndAndNamesItsThreads() throws Exception {
        BlockingQueue<String> reports = new LinkedBlockingQueue<>();
        try (Server server = PoolWithCallbacks.start(ANY_PORT, 2, reports::add)) {
            try (Client client = Client.of(server)) {
                assertThat(client.send("7\n").line()).matches("worker-[12]: 14");
            }
            assertThat(reports.take()).isEqualTo("1 is done after 2 bytes");
            try (Client client = Client.of(server)) {
                assertThat(client.send("0\n").rest()).isEmpty();
            }
            assertThat(reports.take()).isEqualTo("2 failed with ArithmeticException");
        }
    }

    @ParameterizedTest
    @MethodSource("concurrentModels")
    void udpEchoSendsDatagramsBack(Model model) throws Exception {
        try (Server server = UdpEcho.start("udp://127.0.0.1:0", model); DatagramSocket client = new DatagramSocket()) {
            client.setSoTimeout((int) LONG.toMillis());
            assertThat(exchange(client, server, "hello")).isEqualTo("hello");
            assertThat(exchange(client, server, "")).isEmpty();
            String long60000 = "x".repeat(60_000);
            assertThat(exchange(client, server, long60000)).isEqualTo(long60000);
        }
    }

    private static String exchange(DatagramSocket client, Server server, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        client.send(new DatagramPacket(bytes, bytes.length,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port())));
        DatagramPacket reply = new DatagramPacket(new byte[65_507], 65_507);
        client.receive(reply);
        return new String(reply.getData(), 0, reply.getLength(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @MethodSource("concurrentModels")
    void chatSendsToTheOthers(Model model) throws Exception {
        try (Server server = Chat.start(ANY_PORT, model);
                Client ann = Client.of(server);
                Client bob = Client.of(server)) {
            assertThat(ann.line()).isEqualTo("what is your name?");
            assertThat(ann.send("Ann\n").line()).isEqualTo("hello Ann");
            assertThat(bob.line()).isEqualTo("what is your name?");
            assertThat(bob.send("Bob\n").line()).isEqualTo("hello Bob");
            assertThat(ann.line()).isEqualTo("Bob is here");
            bob.send("good morning\n");
            assertThat(ann.line()).isEqualTo("Bob: good morning");
            assertThat(ann.send("good evening\n").end().rest()).isEmpty();
            assertThat(bob.line()).isEqualTo("Ann: good evening");
            assertThat(bob.line()).isEqualTo("Ann has left");
        }
    }

    @ParameterizedTest
    @MethodSource("concurrentModels")
    void reverseIsTheSameInBothStyles(Model model) throws Exception {
        try (Server handler = Reverse.startHandler(ANY_PORT, model);
                Server protocol = Reverse.startProtocol(ANY_PORT, model)) {
            for (Server server : new Server[]{handler, protocol}) {
                try (Client client = Client.of(server)) {
                    client.send(frame("abc")).send(frame("")).send(frame("x".repeat(70_000) + "y"));
                    assertThat(client.bytes(7)).isEqualTo(frame("cba"));
                    assertThat(client.bytes(4)).isEqualTo(frame(""));
                    assertThat(client.bytes(70_005)).isEqualTo(frame("y" + "x".repeat(70_000)));
                    assertThat(client.end().rest()).isEmpty();
                }
            }
        }
    }

    private static byte[] frame(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + bytes.length).putInt(bytes.length).put(bytes).array();
    }

    @ParameterizedTest
    @MethodSource("concurrentModels")
    void keyValueAnswersPipelinedCommandsInOrder(Model model) throws Exception {
        try (Server server = KeyValue.start(ANY_PORT, model); Client client = Client.of(server)) {
            client.send("set a one two\nget a\ndel a\nget a\nwhat\nquit\n");
            assertThat(client.rest()).isEqualTo("""
                    ok
                    value one two
                    ok
                    none
                    error: set key value, get key, del key or quit
                    bye
                    """);
        }
    }

    @Test
    void tickerSendsToAllClients() throws Exception {
        try (Server server = TickBroadcast.start(ANY_PORT, Model.virtual(), Duration.ofMillis(10));
                Client first = Client.of(server);
                Client second = Client.of(server)) {
            String tick = first.line();
            assertThat(tick).startsWith("tick ");
            assertThat(first.line()).isEqualTo("tick " + (number(tick) + 1));
            assertThat(second.line()).startsWith("tick ");
        }
    }

    private static int number(@Nullable String tick) {
        return tick == null ? -1 : Integer.parseInt(tick.substring("tick ".length()));
    }

    @Test
    void twoEndpointsReportsTheEndpoint(@TempDir Path directory) throws Exception {
        Path socket = directory.resolve("door.sock");
        try (Server server = TwoEndpoints.start(socket, 0, Model.virtual())) {
            try (Client local = Client.at(UnixDomainSocketAddress.of(socket))) {
                assertThat(local.rest()).isEqualTo("you are local\n");
            }
            try (Client other = Client.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))) {
                assertThat(other.rest()).isEqualTo("you came to port " + server.port() + "\n");
            }
        }
        assertThat(Files.exists(socket)).as("the socket's file is removed").isFalse();
    }

    @ParameterizedTest
    @MethodSource("concurrentModels")
    void guardedEnforcesItsLimits(Model model) throws Exception {
        BlockingQueue<String> reports = new LinkedBlockingQueue<>();
        try (Server server = EchoWithLimits.start(ANY_PORT, model, 1, LONG, reports::add)) {
            try (Client first = Client.of(server)) {
                assertThat(first.send("hello\n").line()).isEqualTo("hello");
                try (Client second = Client.of(server)) {
                    assertThat(second.rest()).isEmpty();
                }
                assertThat(reports.take()).isEqualTo("2 was rejected: connections");
                assertThat(first.send("x".repeat(2000) + "\n").rest()).as("after a line too long").isEmpty();
            }
        }
        try (Server server = EchoWithLimits.start(ANY_PORT, model, 1, Duration.ofMillis(50), reports::add);
                Client silent = Client.of(server)) {
            assertThat(silent.rest()).as("after a time of silence").isEmpty();
        }
    }

    @Test
    void oneAtATimeServesTheGivenNumber() throws Exception {
        try (Server server = HandleRequestLoop.bind(ANY_PORT);
                Client first = Client.of(server);
                Client second = Client.of(server)) {
            var served = CompletableFuture.supplyAsync(() -> serveTwo(server));
            assertThat(first.send("one\n").rest()).isEqualTo("you said one\n");
            assertThat(second.end().rest()).isEqualTo("you said nothing\n");
            assertThat(served.get()).isEqualTo(2);
            assertThat(HandleRequestLoop.serve(server, 1, Duration.ofMillis(1))).as("no client connected").isZero();
        }
    }

    private static int serveTwo(Server server) {
        try {
            return HandleRequestLoop.serve(server, 2, LONG);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
