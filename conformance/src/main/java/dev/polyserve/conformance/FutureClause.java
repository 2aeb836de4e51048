package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.ServerListener;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/// The future of each connection: done callbacks under every model, as `executor.submit` gives them.
abstract class FutureClause extends Clause {
    private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();

    @Test
    void shouldCallBackInTheOrderAddedWithTheResult() throws Exception {
        try (ServerFixture stage = start(Role.upper(), with -> with.listener(new Adding()));
                TestClient client = stage.connect()) {
            client.send("exit\n");
            client.toTheEnd();
            assertEquals("first Done[byPeer=false]", EventRecorder.next(calls, "call"));
            assertEquals("second", EventRecorder.next(calls, "call"));
            assertEquals("third", EventRecorder.next(calls, "call"));
        }
    }

    @Test
    void shouldGoOnWithTheNextCallbackWhenOneThrows() throws Exception {
        CountDownLatch next = new CountDownLatch(1);
        try (ServerFixture stage = start(Role.echo(), with -> with.listener(new ServerListener() {
            @Override
            public void accepted(ConnectionFuture connection) {
                connection.onDone(_ -> {
                    throw new IllegalStateException("thrown in a callback");
                });
                connection.onDone(_ -> next.countDown());
            }
        })); TestClient client = stage.connect()) {
            client.end();
            client.toTheEnd();
            next.await();
            assertEquals(0, stage.server.stats().failed(), "a callback is not the handler");
        }
    }

    @Test
    void shouldCallBackAtOnceWhenItIsOverAlready() throws Exception {
        try (ServerFixture stage = start(Role.upper()); TestClient client = stage.connect()) {
            client.send("boom\n");
            client.awaitGone();
            ConnectionFuture connection = stage.events.nextAccepted();
            Cause cause = connection.await(ServerFixture.PATIENCE);
            assertInstanceOf(Cause.Failed.class, cause);
            Thread here = Thread.currentThread();
            connection.onDone(_ -> calls.add(Thread.currentThread().equals(here) ? "here" : "elsewhere"));
            assertEquals("here", calls.poll(), "called before onDone returned");
            assertEquals(Optional.of(cause), connection.outcome());
            assertTrue(connection.isDone());
            assertFalse(connection.isRunning());
        }
    }

    @Test
    void shouldKnowThatItRuns() throws Exception {
        try (ServerFixture stage = start(Role.greeting()); TestClient client = stage.connect()) {
            client.line();
            ConnectionFuture connection = stage.events.nextAccepted();
            // Told by a worker, that may come after the first line.
            assertEquals(connection.id(), stage.events.nextOpened().id());
            assertTrue(connection.isRunning());
            assertFalse(connection.isDone());
            assertEquals(Optional.empty(), connection.outcome());
            assertFalse(connection.cancel(), "too late");
            assertThrows(TimeoutException.class, () -> connection.await(Duration.ofMillis(20)));
            assertEquals(List.of(connection), stage.server.connections());
            assertEquals(stage.server.endpoints().getFirst(), connection.endpoint());
            assertTrue(connection.toString().startsWith("#1 "), connection::toString);
        }
    }

    @Test
    void shouldCancelWhatWaitsInAQueue() throws Exception {
        int threads = cell().capacity();
        appliesIf(cell().queues(), "pools with a queue");
        try (ServerFixture stage = start(Role.greeting())) {
            List<TestClient> busy = new java.util.ArrayList<>();
            for (int i = 0; i < threads; i++) {
                busy.add(stage.connect());
                busy.getLast().line();
                stage.events.nextAccepted();
            }
            try (TestClient queued = stage.connect()) {
                ConnectionFuture waiting = stage.events.nextAccepted();
                assertTrue(waiting.cancel());
                assertFalse(waiting.cancel(), "it was cancelled already");
                busy.getFirst().close();
                assertEquals(new Cause.Stopped(), waiting.await(ServerFixture.PATIENCE));
                queued.awaitGone();
                assertEquals(List.of("accepted"), stage.events.lifeOf(waiting), "its handler never began");
            }
            for (TestClient client : busy) {
                client.close();
            }
        }
    }

    @Test
    void shouldCallBackForARejectedConnection() throws Exception {
        try (ServerFixture stage = start(Role.greeting(), with -> with.listener(new Adding()).filter(_ -> false));
                TestClient client = stage.connect()) {
            assertEquals("", client.textToTheEnd());
            assertEquals("first Stopped[]", EventRecorder.next(calls, "call"));
        }
    }

    @Test
    void shouldFreeAHandlerThatWaitsForSomethingElseWhenAborted() throws Exception {
        needsStyle(Style.HANDLER);
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch waiting = new CountDownLatch(1);
        BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
        Role role = new Role(() -> connection -> {
            connection.print("x");
            connection.flush();
            waiting.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                thrown.add(e);
                throw e;
            }
        }, Role.echo().protocol());
        try (ServerFixture stage = start(role); TestClient client = stage.connect()) {
            client.bytes(1);
            if (!cell().hasWorkers()) {
                waiting.await();
            }
            ConnectionFuture connection = stage.events.nextAccepted();
            connection.abort();
            assertEquals(new Cause.Stopped(), connection.await(ServerFixture.PATIENCE));
            assertEquals(0, stage.server.stats().failed(), "stopped is not failed");
            needsOneProcess();
            assertInstanceOf(InterruptedException.class, EventRecorder.next(thrown, "interrupt"));
        }
    }

    /// Adds three callbacks to every connection.
    private final class Adding implements ServerListener {
        @Override
        public void accepted(ConnectionFuture connection) {
            connection.onDone(over -> calls.add("first " + over.outcome().orElseThrow()));
            connection.onDone(_ -> calls.add("second"));
            connection.onDone(_ -> calls.add("third"));
        }
    }
}
