package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Cause;
import dev.polyserve.relay.Relay;
import dev.polyserve.relay.RelayedBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A handler that relays between its client and a server ([Relay]).
abstract class RelayContractTests extends GatewayContractTests {
    private static final Duration QUIET = Duration.ofMillis(200);
    private static final int ANSWER_BYTES = 100_000;
    private static final int FLOOD_BYTES = 64 << 20;
    private static final int PART_BYTES = 1_000_003;

    private static TestService relay(CompletableFuture<RelayedBytes> copied) {
        return gateway((client, upstream) -> copied.complete(Relay.between(client, upstream)));
    }

    private static TestService relay() {
        return relay(new CompletableFuture<>());
    }

    private static byte[] manyBytes() {
        byte[] bytes = new byte[MANY_BYTES];
        new Random(11).nextBytes(bytes);
        return bytes;
    }

    /// Random bytes that repeat after a length that no buffer has.
    private static byte[] flood() {
        byte[] part = new byte[PART_BYTES];
        new Random(5).nextBytes(part);
        byte[] bytes = new byte[FLOOD_BYTES];
        for (int at = 0; at < FLOOD_BYTES; at += PART_BYTES) {
            System.arraycopy(part, 0, bytes, at, Math.min(PART_BYTES, FLOOD_BYTES - at));
        }
        return bytes;
    }

    /// Sends everything and ends the output, in another thread.
    private static Thread sendsAndEnds(TestClient peer, byte[] bytes) {
        return Thread.ofPlatform().start(() -> {
            try {
                peer.send(bytes);
                peer.end();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(TestUpstream.Kind.class)
    void shouldCopyBothWays(TestUpstream.Kind kind) throws Exception {
        CompletableFuture<RelayedBytes> copied = new CompletableFuture<>();
        try (ServerFixture fixture = serve(relay(copied));
                TestUpstream upstream = TestUpstream.listen(kind);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\nread in advance\n");
            try (TestClient server = upstream.accept()) {
                assertEquals("read in advance", server.line());
                for (int i = 0; i < 3; i++) {
                    server.send("HELLO " + i + "\n");
                    assertEquals("HELLO " + i, client.line());
                    client.send("hello " + i + "\n");
                    assertEquals("hello " + i, server.line());
                }
                client.end();
                assertEquals("", server.textToTheEnd());
                server.send("last words");
                server.end();
                assertEquals("last words", client.textToTheEnd());
            }
            if (!cell().hasWorkers()) { // the handler of a worker process is not in this one
                assertEquals(new RelayedBytes(40, 34), copied.get(10, TimeUnit.SECONDS));
            }
            assertEquals(done(true), fixture.events.nextCause());
        }
    }

    /// Both ends are half-closes: each direction goes on after the other one's end.
    @ParameterizedTest
    @EnumSource(TestUpstream.Kind.class)
    void shouldCopyManyBytesAfterTheOtherDirectionHasEnded(TestUpstream.Kind kind) throws Exception {
        try (ServerFixture fixture = serve(relay());
                TestUpstream upstream = TestUpstream.listen(kind);
                TestClient client = fixture.connect()) {
            byte[] bytes = manyBytes();
            client.send(upstream.endpoint() + "\n");
            try (TestClient server = upstream.accept()) {
                Thread sends = sendsAndEnds(client, bytes);
                assertArrayEquals(bytes, server.toTheEnd());
                sends.join();
                Thread answers = sendsAndEnds(server, bytes);
                assertArrayEquals(bytes, client.toTheEnd());
                answers.join();
            }
        }
    }

    @Test
    void shouldCopyManyBytesBothWaysAtOnce() throws Exception {
        try (ServerFixture fixture = serve(relay());
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            byte[] bytes = manyBytes();
            client.send(upstream.endpoint() + "\n");
            try (TestClient server = upstream.accept()) {
                CompletableFuture<byte[]> atServer = CompletableFuture.supplyAsync(() -> exchanged(server, bytes));
                assertArrayEquals(bytes, exchanged(client, bytes));
                assertArrayEquals(bytes, atServer.get(20, TimeUnit.SECONDS));
            }
        }
    }

    private static byte[] exchanged(TestClient peer, byte[] bytes) {
        try {
            ByteBuffer out = ByteBuffer.wrap(bytes);
            byte[] received = peer.exchange(out, bytes.length);
            peer.send(Arrays.copyOfRange(bytes, out.position(), bytes.length));
            return received;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// Under models of threads each direction goes through a sender's queue.
    @Test
    void shouldCopyThroughASmallQueue() throws Exception {
        try (ServerFixture fixture = serve(relay(), with -> with.options(
                options -> options.withLimits(limits -> limits.withSenderQueueBytes(4096))));
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            byte[] bytes = manyBytes();
            client.send(upstream.endpoint() + "\n");
            try (TestClient server = upstream.accept()) {
                Thread sends = sendsAndEnds(client, bytes);
                assertArrayEquals(bytes, server.toTheEnd());
                sends.join();
            }
        }
    }

    /// What a peer does not read is not read from the other one either, and nothing is lost when it reads again.
    @Test
    void shouldNotReadForAPeerThatDoesNotRead() throws Exception {
        try (ServerFixture fixture = serve(relay());
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            byte[] flood = flood();
            client.send(upstream.endpoint() + "\n");
            try (TestClient server = upstream.accept()) {
                ByteBuffer left = ByteBuffer.wrap(flood);
                int taken = client.sendUntilBlocked(left, QUIET);
                assertTrue(taken < FLOOD_BYTES, "the kernel's buffers are full");
                server.send("meanwhile\n");
                assertEquals("meanwhile", client.line());
                CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(() -> bytesOf(server, taken));
                client.send("goes on\n"); // a client with TLS holds a part of what it has taken
                assertArrayEquals(Arrays.copyOf(flood, taken), read.get(20, TimeUnit.SECONDS));
                assertEquals("goes on", server.line());
            }
        }
    }

    private static byte[] bytesOf(TestClient peer, int count) {
        try {
            return peer.bytes(count);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldPassAResetOfTheServerOn() throws Exception {
        try (ServerFixture fixture = serve(relay());
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\nhello\n");
            try (TestClient server = upstream.accept()) {
                assertEquals("hello", server.line());
                server.reset();
            }
            requireLost(client);
            assertInstanceOf(Cause.Stopped.class, fixture.events.nextCause());
        }
    }

    @Test
    void shouldPassAResetOfTheClientOn() throws Exception {
        needsTcp();
        try (ServerFixture fixture = serve(relay());
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\nhello\n");
            try (TestClient server = upstream.accept()) {
                assertEquals("hello", server.line());
                client.reset();
                assertThrows(IOException.class, server::toTheEnd);
            }
        }
    }

    /// The server answers, and closes its socket before the client's last bytes arrive: the system then refuses those, but the
    /// answer is whole.
    @Test
    void shouldPassAWholeAnswerOnThoughTheServerReadsNoMore() throws Exception {
        try (ServerFixture fixture = serve(relay());
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            byte[] answer = manyBytes();
            client.send(upstream.endpoint() + "\nrequest\n");
            try (TestClient server = upstream.accept()) {
                assertEquals("request", server.line());
                server.send("begins\n");
                assertEquals("begins", client.line());
                server.send(Arrays.copyOf(answer, ANSWER_BYTES));
            }
            client.send("one\n");
            client.send("two\n");
            client.end();
            assertArrayEquals(Arrays.copyOf(answer, ANSWER_BYTES), client.toTheEnd());
        }
    }

    /// A reset, or the end: a Unix socket has no reset, and a limit ends a connection in order.
    private static void requireLost(TestClient peer) throws IOException {
        try {
            assertEquals("", peer.textToTheEnd());
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            assertTrue(why.contains("reset") || why.contains("without close_notify"), e::toString);
        }
    }

    @Test
    void shouldEndBothWhenNoByteMoves() throws Exception {
        try (ServerFixture fixture = serve(relay(), times(times -> times.withIdle(SHORT)));
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\nhello\n");
            try (TestClient server = upstream.accept()) {
                assertEquals("hello", server.line());
                requireLost(server);
            }
            requireLost(client);
            assertInstanceOf(Cause.TimedOut.class, fixture.events.nextCause());
        }
    }
}
