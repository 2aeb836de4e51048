package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.DrainReport;
import dev.polyserve.Framing;
import dev.polyserve.MessageHandler;
import dev.polyserve.Output;
import dev.polyserve.ServerBuilder;
import dev.polyserve.coroutine.carrier.Carrier;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Clause 11: a handler that computes, sleeps in native code or reads a file holds up no other connection for longer than
/// the hand-off time plus a turn. Where its loop cannot be handed off, clause 10 has it reported.
abstract class HandOffContractTests extends ContractTests {
    /// More than the loops, which take connections in turn.
    private static final int OTHERS = 4;
    private static final int STUCK = 16;
    private static final int MOST_IN_FLIGHT = 4;
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(30);

    /// What occupies the thread of a handler.
    enum Occupation {
        /// A computation.
        COMPUTES,
        /// A sleep below a class initialiser, which blocks the platform thread.
        SLEEPS_PINNED,
        /// A computation that holds a lock, for which other handlers wait.
        COMPUTES_WITH_A_LOCK
    }

    /// Echoes lines. The line of an occupation begins it; `release` ends it for all handlers of the process; `lock` takes
    /// the lock for a moment.
    private static final class Occupied {
        private final CountDownLatch released = new CountDownLatch(1);
        private final ReentrantLock lock = new ReentrantLock();

        void serve(Connection connection) throws Exception {
            for (String line; (line = connection.readLine()) != null;) {
                answer(line, connection);
            }
        }

        void answer(String line, Output client) throws Exception {
            switch (line) {
                case "COMPUTES", "SLEEPS_PINNED", "COMPUTES_WITH_A_LOCK" -> {
                    client.writeLine("began");
                    client.flush();
                    occupy(Occupation.valueOf(line));
                }
                case "FLUSHES_PINNED" -> PinnedCall.run(() -> {
                    client.writeLine("pinned");
                    client.flush();
                });
                case "release" -> released.countDown();
                case "lock" -> lockForAMoment();
                default -> {
                    // An echo only.
                }
            }
            client.writeLine(line);
        }

        TestService service() {
            return new TestService(() -> this::serve, () -> (_, _) -> {
            }, new TestService.Messages<>(Framing.lines(), () -> this::answer));
        }

        private void occupy(Occupation how) throws Exception {
            switch (how) {
                case COMPUTES -> compute();
                case SLEEPS_PINNED -> PinnedCall.run(this::sleep);
                case COMPUTES_WITH_A_LOCK -> {
                    lock.lock();
                    try {
                        compute();
                    } finally {
                        lock.unlock();
                    }
                }
            }
        }

        private void lockForAMoment() {
            lock.lock();
            try {
                Thread.onSpinWait();
            } finally {
                lock.unlock();
            }
        }

        private void compute() {
            long end = System.nanoTime() + MOST_NANOS;
            while (released.getCount() > 0 && System.nanoTime() - end < 0) {
                Thread.onSpinWait();
            }
        }

        private void sleep() throws InterruptedException {
            long end = System.nanoTime() + MOST_NANOS;
            while (released.getCount() > 0 && System.nanoTime() - end < 0) {
                Thread.sleep(20);
            }
        }
    }

    private ServerFixture startOccupied() throws IOException {
        return start(new Occupied().service());
    }

    private void needsHandOff() {
        appliesIf(cell().style() != HandlerStyle.PROTOCOL, "handlers that may wait");
        appliesIf(cell().runsOnLoops(), "event loops");
        appliesIf(Carrier.whyNot().isEmpty(), "handlers on their loop's own thread");
    }

    private static void begin(TestClient client, Occupation how) throws IOException {
        client.send(how + "\n");
        assertEquals("began", client.line());
    }

    private static void exchange(TestClient client, String line) throws IOException {
        client.send(line + "\n");
        assertEquals(line, client.line());
    }

    private void assertHandedOff(ServerFixture fixture) {
        assertTrue(cell().hasWorkers() || fixture.server.stats().handOffs() > 0, "counted");
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeOthersWhileAHandlerOccupiesItsThread(Occupation how) throws Exception {
        needsHandOff();
        List<TestClient> others = new ArrayList<>();
        try (ServerFixture fixture = startOccupied(); TestClient occupying = fixture.connect()) {
            begin(occupying, how);
            for (int i = 0; i < OTHERS; i++) {
                others.add(fixture.connect());
                exchange(others.getLast(), "first");
            }
            for (TestClient other : others) {
                exchange(other, "second");
            }
            assertHandedOff(fixture);
            if (how == Occupation.COMPUTES_WITH_A_LOCK) {
                others.getLast().send("lock\n");
                exchange(others.getFirst(), "beside one that waits for the lock");
            }
            exchange(others.getFirst(), "release");
            assertEquals(how.toString(), occupying.line());
            exchange(occupying, "afterwards");
        } finally {
            for (TestClient other : others) {
                other.close();
            }
        }
    }

    @Test
    void shouldServeOthersBesideManyStuckHandlers() throws Exception {
        needsHandOff();
        List<TestClient> stuck = new ArrayList<>();
        try (ServerFixture fixture = startOccupied(); TestClient other = fixture.connect()) {
            for (int i = 0; i < STUCK; i++) {
                stuck.add(fixture.connect());
                begin(stuck.getLast(), Occupation.SLEEPS_PINNED);
            }
            exchange(other, "beside them");
            exchange(other, "release");
            for (TestClient client : stuck) {
                assertEquals("SLEEPS_PINNED", client.line());
                exchange(client, "afterwards");
            }
        } finally {
            for (TestClient client : stuck) {
                client.close();
            }
        }
    }

    @Test
    void shouldDrainWhileAHandlerOccupiesItsThread() throws Exception {
        needsHandOff();
        try (ServerFixture fixture = startOccupied();
                TestClient other = fixture.connect();
                TestClient occupying = fixture.connect()) {
            begin(occupying, Occupation.COMPUTES);
            exchange(other, "before");
            CompletableFuture<DrainReport> report = CompletableFuture.supplyAsync(() -> drain(fixture));
            // Sent before the other client's end of input, so it is still read.
            exchange(other, "release");
            assertTrue(occupying.textToTheEnd().startsWith("COMPUTES\n"));
            assertEquals(0, report.get(20, TimeUnit.SECONDS).aborted());
        }
    }

    private static DrainReport drain(ServerFixture fixture) {
        try {
            return fixture.server.drain(Duration.ofSeconds(20));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldCloseWhileAHandlerOccupiesItsThread() throws Exception {
        needsHandOff();
        needsOneProcess();
        Occupied occupied = new Occupied();
        try (ServerFixture fixture = start(occupied.service());
                TestClient other = fixture.connect();
                TestClient occupying = fixture.connect()) {
            begin(occupying, Occupation.COMPUTES);
            exchange(other, "before");
            fixture.server.close();
            assertTrue(fixture.server.isStopped());
            occupying.awaitClosed();
            other.awaitClosed();
            occupied.released.countDown();
            fixture.awaitOver(2);
        }
    }

    // --- messages ---

    private ServerFixture startInFlight(UnaryOperator<ServerBuilder> inFlight) throws IOException {
        needsHandOff();
        needsStyle(HandlerStyle.MESSAGES);
        return start(new Occupied().service(), inFlight);
    }

    private static void assertReplies(TestClient client, String... lines) throws IOException {
        for (String line : lines) {
            assertEquals(line, client.line());
        }
    }

    @Test
    void shouldHandleTheNextMessagesOfTheSameConnectionAndReplyInTheirOrder() throws Exception {
        try (ServerFixture fixture = startInFlight(with -> with.inFlight(MOST_IN_FLIGHT));
                TestClient client = fixture.connect()) {
            client.send("COMPUTES\nsecond\nSLEEPS_PINNED\nrelease\nlast\n");
            assertReplies(client, "began", "COMPUTES", "second", "began", "SLEEPS_PINNED", "release", "last");
            assertHandedOff(fixture);
        }
    }

    @Test
    void shouldReplyToTheNextMessagesFirstWhereNoOrderIsAskedFor() throws Exception {
        try (ServerFixture fixture = startInFlight(with -> with.inFlightUnordered(MOST_IN_FLIGHT));
                TestClient client = fixture.connect()) {
            begin(client, Occupation.COMPUTES);
            client.send("second\nthird\n");
            assertEquals(Set.of("second", "third"), Set.of(client.line(), client.line()));
            exchange(client, "release");
            assertReplies(client, "COMPUTES");
        }
    }

    @Test
    void shouldLetAPinnedHandlerFlushInItsTurn() throws Exception {
        try (ServerFixture fixture = startInFlight(with -> with.inFlight(MOST_IN_FLIGHT));
                TestClient other = fixture.connect();
                TestClient client = fixture.connect()) {
            begin(client, Occupation.COMPUTES);
            client.send("FLUSHES_PINNED\nlast\n");
            exchange(other, "while it waits for its turn");
            exchange(other, "release");
            assertReplies(client, "COMPUTES", "pinned", "FLUSHES_PINNED", "last");
        }
    }

    @Test
    void shouldServeOthersWhileAHandlerComputesInClosed() throws Exception {
        needsHandOff();
        needsStyle(HandlerStyle.MESSAGES);
        Occupied occupied = new Occupied();
        MessageHandler<String> computesInClosed = new MessageHandler<>() {
            @Override
            public void handle(String line, Output client) throws Exception {
                occupied.answer(line, client);
            }

            @Override
            public void ended(Output client) throws Exception {
                client.writeLine("ended");
            }

            @Override
            public void closed(Cause cause) {
                occupied.compute();
            }
        };
        try (ServerFixture fixture = start(TestService.ofMessages(Framing.lines(), () -> computesInClosed));
                TestClient other = fixture.connect();
                TestClient closing = fixture.connect()) {
            closing.end();
            assertEquals("ended\n", closing.textToTheEnd());
            exchange(other, "while closed computes");
            exchange(other, "release");
        }
    }
}
