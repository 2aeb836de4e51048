package dev.polyserve.conformance;

import dev.polyserve.spi.MultiplexerKind;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Framing;
import dev.polyserve.Limit;
import dev.polyserve.ServerBuilder;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Clause 5: the server stops reading from a peer that does not read, and memory stays below the high-water mark (A6).
abstract class BackPressureContractTests extends ContractTests {
    private static final Duration BLOCKED = Duration.ofMillis(150);
    /// An upper bound of what the kernel's buffers of both sides hold.
    private static final int KERNEL_BYTES = 24 << 20;
    private static final int HIGH_WATER_BYTES = 32 << 10;
    /// The most bytes of one read.
    private static final int READ_BYTES = 96 << 10;
    /// The buffers of a ring, in arrays that double: 64 KiB in each direction, and what arrives before a receive has
    /// stopped.
    private static final int RING_BYTES = 256 << 10;

    /// Records in both directions, two of the largest size each, and their plain text.
    private static final int TLS_BYTES = 6 * (17 << 10);

    private static ServerBuilder lowMark(ServerBuilder with) {
        return with.options(options -> options.withLimits(limits -> limits.withHighWaterBytes(HIGH_WATER_BYTES)));
    }

    /// More bytes than the kernel's buffers hold, made once and in no worker.
    private static final class Sent {
        private static final byte[] BYTES = new byte[KERNEL_BYTES];

        static {
            new Random(5).nextBytes(BYTES);
        }
    }

    @Test
    void shouldStopReadingFromAClientThatDoesNotRead() throws Exception {
        try (ServerFixture fixture = start(TestService.echo(), BackPressureContractTests::lowMark);
                TestClient client = fixture.connect()) {
            ByteBuffer bytes = ByteBuffer.wrap(Sent.BYTES);
            int taken = client.sendUntilBlocked(bytes, BLOCKED);
            assertTrue(taken < KERNEL_BYTES, () -> taken + " bytes were read from a client that does not read");
            long buffered = fixture.server.stats().bufferedBytes();
            // One read may exceed the mark, and arrays grow by doubling.
            int most = 2 * (HIGH_WATER_BYTES + READ_BYTES) + READ_BYTES
                    + (cell().waitsIn(MultiplexerKind.IoUring.class) ? RING_BYTES : 0)
                    + (cell().isTls() ? TLS_BYTES : 0);
            assertTrue(buffered <= most, () -> buffered + " bytes are buffered");
            byte[] answer = client.exchange(bytes.limit(taken), taken);
            assertArrayEquals(java.util.Arrays.copyOf(Sent.BYTES, taken), answer,
                    "the whole answer arrives once the client reads");
        }
    }

    @Test
    void shouldServeOthersWhileAClientDoesNotRead() throws Exception {
        needsTwoAtOnce();
        try (ServerFixture fixture = start(TestService.echo(), BackPressureContractTests::lowMark);
                TestClient stuck = fixture.connect()) {
            stuck.sendUntilBlocked(ByteBuffer.allocate(KERNEL_BYTES), BLOCKED);
            try (TestClient other = fixture.connect()) {
                other.send("hello");
                assertEquals("hello", new String(other.bytes(5), java.nio.charset.StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void shouldProduceMoreThanTheMarkForASlowReader() throws Exception {
        int bytes = 4 << 20;
        try (ServerFixture fixture = start(TestService.produces(bytes), BackPressureContractTests::lowMark);
                TestClient client = fixture.connect()) {
            client.send("x");
            byte[] first = client.bytes(1000);
            byte[] expected = new byte[bytes];
            TestService.number(expected, 0);
            byte[] rest = client.bytes(bytes - 1000);
            byte[] all = java.util.Arrays.copyOf(first, bytes);
            System.arraycopy(rest, 0, all, 1000, rest.length);
            assertArrayEquals(expected, all);
        }
    }

    @Test
    void shouldEndAConnectionThatSendsMoreThanMayBeBuffered() throws Exception {
        TestService accumulates = new TestService(() -> connection -> connection.readUntil((byte) 0), () -> (_, _) -> {
            // Consumes nothing.
        }, new TestService.Messages<>(Framing.delimited((byte) 0), () -> (_, _) -> {
            // No message is whole.
        }));
        try (ServerFixture fixture = start(accumulates,
                with -> with
                        .options(o -> o.withLimits(l -> l.withFrameBytes(1 << 20).withBufferBytes(16 << 10, 1 << 30))));
                TestClient client = fixture.connect()) {
            client.sendWhileTaken("x".repeat(64 << 10).getBytes(java.nio.charset.StandardCharsets.UTF_8));
            client.awaitClosed();
            assertEquals(new dev.polyserve.Cause.LimitReached(Limit.BUFFER_PER_CONNECTION), fixture.events.nextCause());
        }
    }
}
