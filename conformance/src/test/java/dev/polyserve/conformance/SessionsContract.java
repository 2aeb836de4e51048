package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.Framing;
import dev.polyserve.Handler;
import dev.polyserve.Limit;
import dev.polyserve.Options;
import dev.polyserve.RequestResult;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.TimedOutException;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The contract of sessions of datagrams: a handler of the datagrams of each peer, which may wait. The tests run in every cell
/// that a subclass names.
@Timeout(60)
abstract class SessionsContract {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(80);
    private static final int MANY = "full".equals(System.getProperty("polyserve.tests")) ? 1_000 : 300;

    @RegisterExtension
    final FailureMessagePrefix named = new FailureMessagePrefix(this::cell);

    private final ContractCell cell;
    private final EventRecorder events = new EventRecorder();
    private final List<SessionPeer> peers = new ArrayList<>();
    private ServerFixture.TestEndpoint place;

    SessionsContract(ContractCell cell) {
        this.cell = cell;
    }

    private ContractCell cell() {
        return cell;
    }

    @BeforeEach
    void makePlace() {
        place = ServerFixture.TestEndpoint.of(cell.transport());
    }

    @AfterEach
    void closeAll() throws IOException {
        for (SessionPeer peer : peers) {
            peer.close();
        }
        place.close();
    }

    private ServerBuilder builder(Duration idle, Handler handler) {
        // A dry run has no endpoint.
        TestDryRun.reachesAServer();
        return ServerFixture.builder(cell, place.endpoint()).sessions(idle, handler).listener(events);
    }

    private Server bind(Duration idle, UnaryOperator<Options> change, Handler handler) throws IOException {
        return builder(idle, handler).options(change).bind();
    }

    private Server start(Duration idle, Handler handler) throws IOException {
        return bind(idle, UnaryOperator.identity(), handler).start();
    }

    private SessionPeer peer(Server server) throws IOException {
        SessionPeer made = SessionPeer.of(server);
        peers.add(made);
        return made;
    }

    private static void echo(Connection client) throws IOException {
        byte[] bytes = new byte[SessionPeer.MOST_BYTES];
        for (int count; (count = client.read(bytes)) >= 0;) {
            client.write(bytes, 0, count);
        }
    }

    /// Numbers the datagrams of its session; `boom` fails, and `end` ends it.
    private static void number(Connection client) throws IOException {
        byte[] bytes = new byte[SessionPeer.MOST_BYTES];
        int number = 0;
        for (int count; (count = client.read(bytes)) >= 0;) {
            String text = new String(bytes, 0, count, StandardCharsets.UTF_8);
            if (text.equals("boom")) {
                throw new IllegalStateException("boom");
            }
            client.print(text + ++number);
            if (text.equals("end")) {
                return;
            }
        }
    }

    private void needsTwo() {
        assumeTrue(cell.servesTwoAtOnce(), "not in this cell: it serves one at a time");
    }

    // --- borders ---

    @Test
    void shouldKeepTheBordersOfDatagrams() throws Exception {
        try (Server server = start(LONG, SessionsContract::echo)) {
            SessionPeer peer = peer(server);
            byte[] large = new byte[60_000];
            Arrays.fill(large, (byte) 7);
            for (byte[] bytes : List.of("one".getBytes(StandardCharsets.UTF_8), new byte[0], large)) {
                peer.send(bytes);
                assertArrayEquals(bytes, peer.receive());
            }
            peer.send("a");
            peer.send("bc");
            peer.send("def");
            assertEquals("a", peer.text());
            assertEquals("bc", peer.text());
            assertEquals("def", peer.text());
            Eventually.until("all are counted",
                    () -> server.stats().datagramsIn() == 6 && server.stats().datagramsOut() == 6);
            assertEquals(1, server.stats().accepted());
        }
    }

    @Test
    void shouldLeaveTheRestOfADatagramForTheNextRead() throws Exception {
        try (Server server = start(LONG, client -> {
            byte[] bytes = new byte[3];
            for (int count; (count = client.read(bytes)) >= 0;) {
                client.print("[" + new String(bytes, 0, count, StandardCharsets.UTF_8) + "]" + client.available());
            }
        })) {
            SessionPeer peer = peer(server);
            peer.send("abcde");
            peer.send("f");
            assertEquals("[abc]2", peer.text());
            assertEquals("[de]0", peer.text());
            assertEquals("[f]0", peer.text());
        }
    }

    @Test
    void shouldEndALineWithItsDatagram() throws Exception {
        try (Server server = start(LONG, client -> {
            for (String line; (line = client.readLine()) != null;) {
                client.writeLine("<" + line + ">");
            }
        })) {
            SessionPeer peer = peer(server);
            peer.send("one\ntwo");
            peer.send("");
            peer.send("three\n");
            assertEquals("<one>\n", peer.text());
            assertEquals("<two>\n", peer.text());
            assertEquals("<three>\n", peer.text());
        }
    }

    @Test
    void shouldSendAMessageOfACodecAsOneDatagram() throws Exception {
        var codec = Framing.lengthPrefixed(2, ByteOrder.BIG_ENDIAN);
        try (Server server = start(LONG, client -> {
            for (byte[] message; (message = client.read(codec)) != null;) {
                client.write(codec, message);
            }
        })) {
            SessionPeer peer = peer(server);
            for (byte[] message : List.of(new byte[]{0, 2, 'h', 'i'}, new byte[]{0, 1, 'x'})) {
                peer.send(message);
                assertArrayEquals(message, peer.receive());
            }
        }
    }

    @Test
    void shouldRefuseAWriteThatNoDatagramCarries() throws Exception {
        try (Server server = start(LONG, client -> {
            var _ = client.readText();
            client.write(new byte[Options.Limits.MAX_DATAGRAM_BYTES + 1]);
        })) {
            peer(server).send("x");
            assertInstanceOf(IllegalArgumentException.class, events.nextFailed().error());
        }
    }

    @Test
    void shouldDropADatagramThatIsTooLong() throws Exception {
        try (Server server = bind(LONG, o -> o.withLimits(limits -> limits.withDatagramBytes(10)),
                SessionsContract::number).start()) {
            SessionPeer peer = peer(server);
            peer.send(new byte[11]);
            assertEquals("short1", peer.ask("short"));
            assertEquals(1, server.stats().reached().get(Limit.DATAGRAM));
        }
    }

    // --- peers beside each other ---

    @Test
    void shouldServePeersInTurns() throws Exception {
        needsTwo();
        try (Server server = start(LONG, SessionsContract::number)) {
            SessionPeer ann = peer(server);
            SessionPeer bob = peer(server);
            for (int i = 1; i <= 20; i++) {
                assertEquals("ann" + i, ann.ask("ann"));
                assertEquals("bob" + i, bob.ask("bob"));
            }
            assertEquals(2, server.stats().active());
        }
    }

    @Test
    void shouldServeManySessions() throws Exception {
        int many = Math.min(MANY, cell.capacity());
        try (Server server = start(LONG, SessionsContract::number)) {
            for (int i = 0; i < many; i++) {
                assertEquals("x1", peer(server).ask("x"));
            }
            assertEquals(many, server.stats().active());
            for (SessionPeer peer : peers) {
                assertEquals("y2", peer.ask("y"));
            }
        }
    }

    @Test
    void shouldNotLetAFloodTakeFromOthers() throws Exception {
        needsTwo();
        CountDownLatch released = new CountDownLatch(1);
        AtomicInteger read = new AtomicInteger();
        try (Server server = bind(LONG, o -> o.withLimits(limits -> limits.withDatagramQueueBytes(8 << 10)), client -> {
            String text = client.readText();
            if (!"flood".equals(text)) {
                client.print("not flooded");
                return;
            }
            released.await();
            byte[] bytes = new byte[512];
            client.readTimeout(SHORT);
            try {
                while (client.read(bytes) >= 0) {
                    read.incrementAndGet();
                }
            } catch (TimedOutException e) {
                client.print("read " + read);
            }
        }).start()) {
            SessionPeer flooding = peer(server);
            flooding.send("flood");
            for (int i = 0; i < 100; i++) { // fewer than the system's own queue holds
                flooding.send(new byte[500]);
            }
            assertEquals("not flooded", peer(server).ask("hello"));
            Eventually.until("datagrams are dropped",
                    () -> server.stats().reached().getOrDefault(Limit.DATAGRAM_QUEUE, 0L) > 0);
            released.countDown();
            String told = flooding.text();
            assertEquals("read " + read, told);
            assertTrue(read.get() > 0 && read.get() <= (8 << 10) / 500, () -> "datagrams read: " + read);
            Eventually.until("the queue is given back", () -> server.stats().bufferedBytes() < (8 << 10));
        }
    }

    /// Under a model of loops, another thread goes on with the loop.
    @Test
    void shouldServeOthersWhileAHandlerComputes() throws Exception {
        needsTwo();
        AtomicBoolean served = new AtomicBoolean();
        try (Server server = start(LONG, client -> {
            if ("compute".equals(client.readText())) {
                long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
                while (!served.get() && System.nanoTime() < until) {
                    Thread.onSpinWait();
                }
                client.print("computed beside " + served.get());
            } else {
                served.set(true);
                client.print("served");
            }
        })) {
            SessionPeer computing = peer(server);
            computing.send("compute");
            events.nextOpened();
            assertEquals("served", peer(server).ask("light"));
            assertEquals("computed beside true", computing.text());
        }
    }

    @Test
    void shouldConnectToAServer() throws Exception {
        try (TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                Server server = start(LONG, client -> {
                    try (Connection outgoing = client.connect(upstream.endpoint())) {
                        for (String text; (text = client.readText()) != null;) {
                            outgoing.writeLine(text);
                            client.print(String.valueOf(outgoing.readLine()));
                        }
                    }
                })) {
            SessionPeer peer = peer(server);
            peer.send("one");
            try (TestClient accepted = upstream.accept()) {
                assertEquals("one", accepted.line());
                accepted.send("ONE\n");
                assertEquals("ONE", peer.text());
                peer.send("two");
                assertEquals("two", accepted.line());
                accepted.send("TWO\n");
                assertEquals("TWO", peer.text());
            }
        }
    }

    // --- ends ---

    @Test
    void shouldEndAnIdleSession() throws Exception {
        try (Server server = start(SHORT, SessionsContract::number)) {
            SessionPeer peer = peer(server);
            assertEquals("a1", peer.ask("a"));
            assertEquals(new Cause.TimedOut(Limit.IDLE), events.nextCause());
            assertEquals("b1", peer.ask("b"), "the next datagram begins another session");
            assertEquals(new Cause.TimedOut(Limit.IDLE), events.nextCause());
            Eventually.until("both are over", () -> server.stats().active() == 0);
            assertEquals(2, server.stats().accepted());
        }
    }

    @Test
    void shouldEndOnlyTheSessionOfAHandlerThatThrows() throws Exception {
        try (Server server = start(LONG, SessionsContract::number)) {
            SessionPeer peer = peer(server);
            SessionPeer other = cell.servesTwoAtOnce() ? peer(server) : null;
            if (other != null) {
                assertEquals("a1", other.ask("a"));
            }
            peer.send("boom");
            assertEquals("boom", events.nextFailed().error().getMessage());
            assertInstanceOf(Cause.Failed.class, events.nextCause());
            assertEquals("b1", peer.ask("b"));
            if (other != null) {
                assertEquals("c2", other.ask("c"));
            }
        }
    }

    @Test
    void shouldBeginTheNextSessionWithWhatIsLeft() throws Exception {
        try (Server server = start(LONG, client -> client.print("once " + client.readText()))) {
            SessionPeer peer = peer(server);
            for (int i = 0; i < 5; i++) {
                peer.send("" + i);
            }
            for (int i = 0; i < 5; i++) {
                assertEquals("once " + i, peer.text());
                assertEquals(new Cause.Done(false), events.nextCause());
            }
            assertEquals(5, server.stats().accepted());
        }
    }

    /// The datagram that has begun a session is not left, though the handler has not read it.
    @Test
    void shouldServeAHandlerThatReadsNothing() throws Exception {
        try (Server server = start(LONG, client -> client.print("the time"))) {
            SessionPeer peer = peer(server);
            assertEquals("the time", peer.ask("x"));
            assertEquals(new Cause.Done(false), events.nextCause());
            assertEquals("the time", peer.ask("y"));
            events.nextEnded();
            Eventually.until("both are over", () -> server.stats().active() == 0);
            assertEquals(2, server.stats().accepted());
        }
    }

    @Test
    void shouldEndTheInputOfQuietSessionsInADrain() throws Exception {
        try (Server server = start(LONG, client -> {
            echo(client);
            client.print("goodbye");
        })) {
            SessionPeer peer = peer(server);
            assertEquals("x", peer.ask("x"));
            CompletableFuture<Void> drained = CompletableFuture.runAsync(() -> {
                try {
                    server.drain(ServerFixture.TIMEOUT);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertEquals("goodbye", peer.text());
            drained.get(ServerFixture.TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            assertEquals(new Cause.Stopped(), events.nextCause());
            assertTrue(server.isStopped());
        }
    }

    @Test
    void shouldAbortAHandlerAtTheEndOfTheServer() throws Exception {
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        try (Server server = start(LONG, client -> {
            var _ = client.readText();
            client.print("waiting");
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.complete(true);
            }
        })) {
            assertEquals("waiting", peer(server).ask("x"));
        }
        assertTrue(interrupted.get(10, TimeUnit.SECONDS));
    }

    // --- limits ---

    @Test
    void shouldDropTheDatagramsOfPeersBeyondTheLimit() throws Exception {
        needsTwo();
        try (Server server = bind(LONG, o -> o.withMaxConnections(2), SessionsContract::number).start()) {
            SessionPeer ann = peer(server);
            SessionPeer bob = peer(server);
            assertEquals("a1", ann.ask("a"));
            assertEquals("b1", bob.ask("b"));
            SessionPeer late = peer(server);
            late.send("dropped");
            Eventually.until("it is counted", () -> server.stats().reached().containsKey(Limit.CONNECTIONS));
            assertEquals("end2", ann.ask("end"));
            Eventually.until("there is room", () -> server.stats().active() == 1);
            assertEquals("c1", late.ask("c"));
            assertEquals("b2", bob.ask("b"));
        }
    }

    /// Forged addresses cost neither sessions nor threads beyond the limit.
    @Test
    void shouldBoundTheSessionsOfAFloodOfAddresses() throws Exception {
        int most = Math.min(10, cell.capacity());
        int others = 100;
        try (Server server = bind(LONG, o -> o.withMaxConnections(most).withLimits(limits -> limits.withQueue(0)),
                SessionsContract::number).start()) {
            for (int i = 0; i < most; i++) {
                assertEquals("x1", peer(server).ask("x"));
            }
            for (int i = 0; i < others; i++) {
                peer(server).send("y");
            }
            Eventually.until("they are counted", () -> server.stats().datagramsIn() == most + others);
            assertEquals(most, server.stats().accepted());
            long reached = server.stats().reached().values().stream().mapToLong(Long::longValue).sum();
            assertEquals(others, reached);
            assertEquals("x2", peers.getFirst().ask("x"));
        }
    }

    @Test
    void shouldLimitTheSessionsOfOneAddress() throws Exception {
        assumeTrue(cell.transport() == EndpointKind.UDP, "not in this cell: a Unix peer has no address");
        needsTwo();
        try (Server server = bind(LONG, o -> o.withLimits(limits -> limits.withConnectionsPerAddress(1)),
                SessionsContract::number).start()) {
            SessionPeer first = peer(server);
            assertEquals("a1", first.ask("a"));
            peer(server).send("dropped");
            Eventually.until("it is counted",
                    () -> server.stats().reached().containsKey(Limit.CONNECTIONS_PER_ADDRESS));
            assertEquals("a2", first.ask("a"));
            assertEquals(1, server.stats().accepted());
        }
    }

    // --- the rest of a connection ---

    @Test
    void shouldLimitTheWaitOfARead() throws Exception {
        try (Server server = start(LONG, client -> {
            String text = client.readText();
            client.readTimeout(SHORT);
            try {
                text = client.readText();
            } catch (TimedOutException e) {
                client.print("late after " + text);
            }
            client.readTimeout(null);
            client.print("then " + client.readText());
        })) {
            SessionPeer peer = peer(server);
            assertEquals("late after one", peer.ask("one"));
            assertEquals("then two", peer.ask("two"));
        }
    }

    @Test
    void shouldSendEachMessageOfASender() throws Exception {
        try (Server server = start(LONG, client -> {
            var _ = client.readText();
            assertTrue(client.sender().offer("one") && client.sender().offer("two"));
            echo(client);
        })) {
            SessionPeer peer = peer(server);
            assertEquals("one", peer.ask("x"));
            assertEquals("two", peer.text());
            assertEquals("three", peer.ask("three"));
        }
    }

    @Test
    void shouldRejectWhatAFilterRefuses() throws Exception {
        try (Server server = builder(LONG, SessionsContract::number).filter(_ -> false).start()) {
            SessionPeer peer = peer(server);
            peer.send("x");
            assertTrue(EventRecorder.next(events.rejected, "rejection").isEmpty());
            Eventually.until("it is over", () -> server.stats().active() == 0);
        }
    }

    @Test
    void shouldHandleOneSessionAtATime() throws Exception {
        try (Server server = bind(LONG, UnaryOperator.identity(),
                client -> client.print("once " + client.readText()))) {
            SessionPeer peer = peer(server);
            peer.send("a");
            assertEquals(RequestResult.SERVED, server.handleRequest(ServerFixture.TIMEOUT));
            assertEquals("once a", peer.text());
            peer.send("b");
            assertEquals(RequestResult.SERVED, server.handleRequest(ServerFixture.TIMEOUT));
            assertEquals("once b", peer.text());
        }
    }

    @Test
    void shouldGoOnWithSessionsWhileItIsPaused() throws Exception {
        needsTwo();
        try (Server server = start(LONG, SessionsContract::number)) {
            SessionPeer peer = peer(server);
            assertEquals("a1", peer.ask("a"));
            server.pause();
            peer(server).send("dropped");
            assertEquals("b2", peer.ask("b"));
            assertEquals(1, server.stats().accepted());
            server.resume();
            assertEquals("c1", peer(server).ask("c"));
        }
    }
}
