package dev.polyserve.conformance;

import dev.polyserve.spi.ModelVariant;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Limit;
import dev.polyserve.ServerBuilder;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Clause 5: a peer that does not read stops its own input, and memory stays below the high-water mark (A6).
abstract class BackPressureClause extends Clause {
    private static final Duration STUCK = Duration.ofMillis(150);
    /// What the kernels' buffers of both sides may hold, with room to spare.
    private static final int KERNEL_BYTES = 24 << 20;
    private static final int HIGH_WATER_BYTES = 32 << 10;
    /// The most that one read brings.
    private static final int READ_BYTES = 96 << 10;
    /// What a ring keeps beside, in arrays that double: 64 KiB each way, and what arrives until its receive has stopped.
    private static final int RING_BYTES = 256 << 10;

    private static ServerBuilder lowMark(ServerBuilder with) {
        return with.options(options -> options.withLimits(limits -> limits.withHighWaterBytes(HIGH_WATER_BYTES)));
    }

    @Test
    void shouldStopReadingFromAClientThatDoesNotRead() throws Exception {
        byte[] sent = new byte[KERNEL_BYTES];
        new Random(5).nextBytes(sent);
        ByteBuffer bytes = ByteBuffer.wrap(sent);
        try (ServerFixture stage = start(Role.echo(), BackPressureClause::lowMark);
                TestClient client = stage.connect()) {
            int taken = client.sendUntilStuck(bytes, STUCK);
            assertTrue(taken < KERNEL_BYTES, () -> taken + " bytes were taken from a client that reads nothing");
            long buffered = stage.server.stats().bufferedBytes();
            // The mark may be passed by what one read brings, and arrays grow by doubling.
            int most = 2 * (HIGH_WATER_BYTES + READ_BYTES) + READ_BYTES
                    + (cell().model() instanceof ModelVariant.IoUring ? RING_BYTES : 0);
            assertTrue(buffered <= most, () -> buffered + " bytes are buffered");
            byte[] answer = client.exchange(bytes.limit(taken), taken);
            assertArrayEquals(java.util.Arrays.copyOf(sent, taken), answer, "all of it arrives once it reads");
        }
    }

    @Test
    void shouldServeOthersWhileAClientDoesNotRead() throws Exception {
        needsTwoAtOnce();
        try (ServerFixture stage = start(Role.echo(), BackPressureClause::lowMark);
                TestClient stuck = stage.connect()) {
            stuck.sendUntilStuck(ByteBuffer.allocate(KERNEL_BYTES), STUCK);
            try (TestClient other = stage.connect()) {
                other.send("hello");
                assertEquals("hello", new String(other.bytes(5), java.nio.charset.StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void shouldProduceMoreThanTheMarkForASlowReader() throws Exception {
        int bytes = 4 << 20;
        try (ServerFixture stage = start(Role.produces(bytes), BackPressureClause::lowMark);
                TestClient client = stage.connect()) {
            client.send("x");
            byte[] first = client.bytes(1000);
            byte[] expected = new byte[bytes];
            Role.number(expected, 0);
            byte[] rest = client.bytes(bytes - 1000);
            byte[] all = java.util.Arrays.copyOf(first, bytes);
            System.arraycopy(rest, 0, all, 1000, rest.length);
            assertArrayEquals(expected, all);
        }
    }

    @Test
    void shouldEndAClientThatSendsMoreThanMayBeBuffered() throws Exception {
        Role hoards = new Role(() -> connection -> connection.readUntil((byte) 0), () -> (_, _) -> {
            // Consumes nothing.
        });
        try (ServerFixture stage = start(hoards,
                with -> with
                        .options(o -> o.withLimits(l -> l.withFrameBytes(1 << 20).withBufferBytes(16 << 10, 1 << 30))));
                TestClient client = stage.connect()) {
            client.sendUntilStuck(
                    ByteBuffer.wrap("x".repeat(64 << 10).getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                    STUCK);
            assertEquals(new dev.polyserve.Cause.LimitReached(Limit.BUFFER_PER_CONNECTION), stage.events.nextCause());
        }
    }
}
