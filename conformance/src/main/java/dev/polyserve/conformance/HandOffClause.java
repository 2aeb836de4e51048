package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Connection;
import dev.polyserve.DrainReport;
import dev.polyserve.coroutine.carrier.Carrier;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Clause 11: a handler that computes, sleeps in native code or reads a file holds up no other connection for longer than
/// the hand-off time plus a turn. Where its loop cannot be handed off, clause 10 has it reported.
abstract class HandOffClause extends Clause {
    /// More than the loops, which take connections in turn.
    private static final int OTHERS = 4;
    private static final int STUCK = 16;
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
                switch (line) {
                    case "COMPUTES", "SLEEPS_PINNED", "COMPUTES_WITH_A_LOCK" -> {
                        connection.writeLine("began");
                        connection.flush();
                        occupy(Occupation.valueOf(line));
                    }
                    case "release" -> released.countDown();
                    case "lock" -> lockForAMoment();
                    default -> {
                        // An echo only.
                    }
                }
                connection.writeLine(line);
            }
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
        Occupied occupied = new Occupied();
        return start(new TestService(() -> occupied::serve, () -> (_, _) -> {
        }));
    }

    private void needsHandOff() {
        needsStyle(Style.HANDLER);
        appliesIf(cell().canHandOff(), "event loops that can be handed off");
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
        try (ServerFixture fixture = start(new TestService(() -> occupied::serve, () -> (_, _) -> {
        }));
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
}
