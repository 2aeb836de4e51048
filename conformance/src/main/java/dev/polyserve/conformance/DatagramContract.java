package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Datagram;
import dev.polyserve.DatagramHandler;
import dev.polyserve.DatagramReply;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.Options;
import dev.polyserve.RequestResult;
import dev.polyserve.Server;
import dev.polyserve.coroutine.hub.Hub;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The contract of datagram handlers: tests that run in every [ContractCell] that a subclass names, as [StreamContract].
///
/// A reply is sent only if the handler wrote bytes and returned normally. The arguments of a call are valid during the
/// call.
@Timeout(60)
public abstract class DatagramContract {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int A_WHILE_MILLIS = 60;

    @RegisterExtension
    final FailureMessagePrefix named = new FailureMessagePrefix(this::cell);

    @RegisterExtension
    final ContractWorkerMain replay = new ContractWorkerMain();

    private final ContractCell cell;
    private final EventRecorder events = new EventRecorder();

    /// Creates the tests of one cell.
    protected DatagramContract(ContractCell cell) {
        this.cell = cell;
    }

    private ContractCell cell() {
        return cell;
    }

    private Server bind(DatagramHandler handler, UnaryOperator<Options> change) throws IOException {
        try (ServerFixture.TestEndpoint place = ServerFixture.TestEndpoint.of(cell.transport())) {
            Server server = ServerFixture.builder(cell, place.endpoint()).datagrams(handler).options(change)
                    .listener(events)
                    .bind();
            ServerFixture.serveIfWorker(server);
            return server;
        }
    }

    private Server start(DatagramHandler handler) throws IOException {
        return bind(handler, UnaryOperator.identity()).start();
    }

    private static DatagramSocket connect(Server server, int timeoutMillis) throws IOException {
        DatagramSocket client = new DatagramSocket();
        client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        client.setSoTimeout(timeoutMillis);
        return client;
    }

    private static void send(DatagramSocket client, byte... bytes) throws IOException {
        client.send(new DatagramPacket(bytes, bytes.length));
    }

    private static void send(DatagramSocket client, String text) throws IOException {
        send(client, text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] receive(DatagramSocket client) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        client.receive(packet);
        return java.util.Arrays.copyOf(packet.getData(), packet.getLength());
    }

    private static String text(DatagramSocket client) throws IOException {
        return new String(receive(client), StandardCharsets.UTF_8);
    }

    @Test
    void shouldAnswerEachDatagram() throws Exception {
        String[] words = {"hello", "", "world"};
        try (Server server = start((request, reply) -> {
            reply.writeEmpty();
            reply.write(request.payload());
        }); DatagramSocket client = new DatagramSocket()) {
            client.setSoTimeout(TIMEOUT_MILLIS);
            for (String word : words) {
                // Not connected: the JDK sends no empty datagram on a connected socket.
                byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
                client.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), server.port()));
                assertEquals(word, text(client));
            }
            Eventually.until("all are counted", () -> server.stats().datagramsIn() == words.length
                    && server.stats().datagramsOut() == words.length);
        }
    }

    @Test
    void shouldFindTheHubOfItsLoop() throws Exception {
        try (Server server = start((_, reply) -> reply.write(text(Hub.find().isPresent())));
                DatagramSocket client = connect(server, TIMEOUT_MILLIS)) {
            send(client, "x");
            assertEquals(Boolean.toString(cell.runsOnLoops()), text(client));
        }
    }

    private static ByteBuffer text(boolean value) {
        return ByteBuffer.wrap(Boolean.toString(value).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldAnswerManyDatagramsAtOnce() throws Exception {
        int many = cell.times(100);
        try (Server server = bind((request, reply) -> reply.write(request.payload()), UnaryOperator.identity());
                DatagramSocket client = connect(server, TIMEOUT_MILLIS)) {
            for (int i = 0; i < many; i++) {
                send(client, (byte) i, (byte) 0);
            }
            server.start();
            var answered = new java.util.BitSet();
            for (int i = 0; i < many; i++) {
                answered.set(receive(client)[0]);
            }
            assertEquals(many, answered.cardinality());
            Eventually.until("all are counted", () -> server.stats().datagramsOut() == many);
        }
    }

    @Test
    void shouldCarryALongDatagram() throws Exception {
        try (Server server = start((request, reply) -> reply.write(request.payload()));
                DatagramSocket client = connect(server, TIMEOUT_MILLIS)) {
            send(client, new byte[60_000]);
            assertEquals(60_000, receive(client).length);
        }
    }

    /// The filter counts all datagrams of a source, even where each has a process of its own.
    @Test
    void shouldHandleOnlyWhatItVerifies() throws Exception {
        try (Server server = start(new VerifiedTwice()); DatagramSocket client = connect(server, TIMEOUT_MILLIS)) {
            for (String word : new String[]{"one", "two"}) {
                send(client, word);
                assertEquals(word, text(client));
            }
            int others = 2 * receivers() - 1;
            for (int i = 0; i < others; i++) {
                send(client, "another");
            }
            send(client, "boom");
            assertEquals("boom", events.nextFailed().error().getMessage());
            Eventually.until("all are counted", () -> server.stats().datagramsIn() == 3 + others
                    && server.stats().failed() == 1);
            assertTrue(server.stats().datagramsOut() <= 2L * receivers(), () -> server.stats().toString());
        }
    }

    /// The number of receiving processes.
    private int receivers() {
        return cell.receivers();
    }

    /// Handles the first two datagrams.
    private static final class VerifiedTwice implements DatagramHandler {
        private final AtomicInteger seen = new AtomicInteger();

        @Override
        public boolean verify(Datagram request) {
            if (request.payload().get() == 'b') {
                throw new IllegalStateException("boom");
            }
            return seen.incrementAndGet() <= 2;
        }

        @Override
        public void handle(Datagram request, DatagramReply reply) {
            reply.write(request.payload());
        }
    }

    @Test
    void shouldSendNoReplyUnlessBytesWereWritten() throws Exception {
        try (Server server = start((request, reply) -> {
            if (request.payload().get(0) == 'e') {
                reply.writeEmpty();
            }
        }); DatagramSocket client = connect(server, A_WHILE_MILLIS)) {
            send(client, "nothing");
            assertThrows(SocketTimeoutException.class, () -> receive(client));
            client.setSoTimeout(TIMEOUT_MILLIS);
            send(client, "empty");
            assertEquals(0, receive(client).length);
        }
    }

    @Test
    void shouldSendNoReplyOfAFailedHandlerAndReportTheFailure() throws Exception {
        try (Server server = start((request, reply) -> {
            reply.print("partial");
            if (request.payload().get(0) == 'b') {
                throw new IllegalStateException("boom");
            }
        }); DatagramSocket client = connect(server, A_WHILE_MILLIS)) {
            send(client, "boom");
            assertThrows(SocketTimeoutException.class, () -> receive(client));
            EventRecorder.Failure failure = events.nextFailed();
            assertEquals("boom", failure.error().getMessage());
            assertEquals(client.getLocalPort(), ((InetSocketAddress) failure.peer()).getPort());
            assertEquals(1, server.stats().failed());
            client.setSoTimeout(TIMEOUT_MILLIS);
            send(client, "good");
            assertEquals("partial", text(client), "the next datagram is served");
        }
    }

    @Test
    void shouldMarkATruncatedDatagram() throws Exception {
        DatagramHandler handler = (request, reply) -> reply
                .print(request.payload().remaining() + " " + request.truncated());
        try (Server server = bind(handler, o -> o.withLimits(limits -> limits.withDatagramBytes(10))).start();
                DatagramSocket client = connect(server, TIMEOUT_MILLIS)) {
            send(client, new byte[10]);
            assertEquals("10 false", text(client));
            send(client, new byte[11]);
            assertEquals("10 true", text(client));
            assertEquals(Limit.DATAGRAM, EventRecorder.next(events.limits, "limit"));
            assertEquals(1, server.stats().reached().get(Limit.DATAGRAM));
        }
    }

    @Test
    void shouldRefuseAReplyThatUdpCannotCarry() throws Exception {
        try (Server server = start((_, reply) -> reply.write(new byte[Options.Limits.MAX_DATAGRAM_BYTES + 1]));
                DatagramSocket client = connect(server, TIMEOUT_MILLIS)) {
            send(client, "x");
            assertTrue(events.nextFailed().error().toString().startsWith(IllegalArgumentException.class.getName()));
        }
    }

    @Test
    void shouldReportTheSenderAndTheLocalAddress() throws Exception {
        try (Server server = start((request, reply) -> reply.print(
                ((InetSocketAddress) request.peer()).getPort() + " "
                        + ((InetSocketAddress) request.local()).getPort()));
                DatagramSocket client = connect(server, TIMEOUT_MILLIS)) {
            send(client, "x");
            assertEquals(client.getLocalPort() + " " + server.port(), text(client));
        }
    }

    /// A client accepts answers only from the address to which it sent. Many answers of the same length may be sent
    /// together.
    @Test
    void shouldAnswerFromTheDestinationAddress() throws Exception {
        try (Server server = ServerFixture.builder(cell, new Endpoint.Udp("*", 0))
                .datagrams((request, reply) -> reply.write(request.payload())).listener(events).bind()) {
            ServerFixture.serveIfWorker(server);
            server.start();
            for (InetSocketAddress asked : addresses(server)) {
                try (DatagramSocket client = new DatagramSocket()) {
                    client.connect(asked);
                    client.setSoTimeout(TIMEOUT_MILLIS);
                    for (byte i = 0; i < 4; i++) {
                        send(client, i);
                    }
                    Set<Byte> answers = new HashSet<>();
                    for (byte i = 0; i < 4; i++) {
                        answers.add(receive(client)[0]);
                    }
                    assertEquals(4, answers.size(), () -> "answers from " + asked);
                }
            }
        }
    }

    /// The addresses of the server. For the wildcard address: two that every machine has, and on Linux one that no
    /// interface lists.
    private static List<InetSocketAddress> addresses(Server server) {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (Endpoint endpoint : server.endpoints()) {
            Endpoint.Udp udp = (Endpoint.Udp) endpoint;
            if (!udp.host().equals("*")) {
                addresses.add(new InetSocketAddress(udp.host(), udp.port()));
            } else {
                addresses.add(new InetSocketAddress(InetAddress.getLoopbackAddress(), udp.port()));
                if (OS.LINUX.isCurrentOs()) {
                    addresses.add(new InetSocketAddress("127.0.0.2", udp.port()));
                    addresses.add(new InetSocketAddress("127.1.2.3", udp.port()));
                }
            }
        }
        return addresses;
    }

    @Test
    void shouldHandleOneDatagramAtATime() throws Exception {
        try (Server server = bind((request, reply) -> reply.print(Objects.toString(request.payload().get(0))),
                UnaryOperator.identity()); DatagramSocket client = connect(server, A_WHILE_MILLIS)) {
            assertEquals(RequestResult.TIMED_OUT, server.handleRequest(Duration.ofMillis(A_WHILE_MILLIS)));
            send(client, (byte) 1);
            send(client, (byte) 2);
            assertEquals(RequestResult.SERVED, server.handleRequest(ServerFixture.TIMEOUT));
            client.setSoTimeout(TIMEOUT_MILLIS);
            assertEquals("1", text(client));
            client.setSoTimeout(A_WHILE_MILLIS);
            assertThrows(SocketTimeoutException.class, () -> receive(client), "the second datagram waits");
            client.setSoTimeout(TIMEOUT_MILLIS);
            assertEquals(RequestResult.SERVED, server.handleRequest(ServerFixture.TIMEOUT));
            assertEquals("2", text(client));
        }
    }

    @Test
    void shouldReceiveNothingAfterTheSingleRequest() throws Exception {
        try (Server server = start((request, reply) -> reply.write(request.payload()));
                DatagramSocket client = connect(server, TIMEOUT_MILLIS)) {
            for (int i = 0; i < 3; i++) {
                send(client, (byte) i);
                receive(client);
            }
            IdleCostMeasurement.requireIdle(cell);
        }
    }

    @Test
    void shouldFreeItsPortWhenClosed() throws Exception {
        Server server = start((request, reply) -> reply.write(request.payload()));
        var endpoint = server.endpoints().getFirst();
        server.close();
        assertFalse(server.isAccepting());
        try (Server again = ServerFixture.builder(cell, endpoint)
                .datagrams((request, reply) -> reply.write(request.payload()))
                .start();
                DatagramSocket client = connect(again, TIMEOUT_MILLIS)) {
            send(client, "again");
            assertEquals("again", text(client));
        }
    }
}
