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

/// Each connection has a future with done callbacks under every model, as `executor.submit` returns it.
abstract class FutureContractTests extends ContractTests {
    private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();

    @Test
    void shouldCallBackInTheOrderAddedWithTheResult() throws Exception {
        try (ServerFixture fixture = start(TestService.upper(), with -> with.listener(new CallbackAdder()));
                TestClient client = fixture.connect()) {
            client.send("exit\n");
            client.toTheEnd();
            assertEquals("first Done[byPeer=false]", EventRecorder.next(calls, "call"));
            assertEquals("second", EventRecorder.next(calls, "call"));
            assertEquals("third", EventRecorder.next(calls, "call"));
        }
    }

    @Test
    void shouldRunTheNextCallbackWhenOneThrows() throws Exception {
        CountDownLatch next = new CountDownLatch(1);
        try (ServerFixture fixture = start(TestService.echo(), with -> with.listener(new ServerListener() {
            @Override
            public void accepted(ConnectionFuture connection) {
                connection.onDone(_ -> {
                    throw new IllegalStateException("thrown in a callback");
                });
                connection.onDone(_ -> next.countDown());
            }
        })); TestClient client = fixture.connect()) {
            client.end();
            client.toTheEnd();
            next.await();
            assertEquals(0, fixture.server.stats().failed(), "a callback is not the handler");
        }
    }

    @Test
    void shouldCallBackAtOnceWhenTheConnectionHasEnded() throws Exception {
        try (ServerFixture fixture = start(TestService.upper()); TestClient client = fixture.connect()) {
            client.send("boom\n");
            client.awaitClosed();
            ConnectionFuture connection = fixture.events.nextAccepted();
            Cause cause = connection.await(ServerFixture.TIMEOUT);
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
    void shouldReportThatItRuns() throws Exception {
        try (ServerFixture fixture = start(TestService.greeting()); TestClient client = fixture.connect()) {
            client.line();
            ConnectionFuture connection = fixture.events.nextAccepted();
            // The report of a worker may arrive after the first line.
            assertEquals(connection.id(), fixture.events.nextOpened().id());
            assertTrue(connection.isRunning());
            assertFalse(connection.isDone());
            assertEquals(Optional.empty(), connection.outcome());
            assertFalse(connection.cancel(), "too late");
            assertThrows(TimeoutException.class, () -> connection.await(Duration.ofMillis(20)));
            assertEquals(List.of(connection), fixture.server.connections());
            assertEquals(fixture.server.endpoints().getFirst(), connection.endpoint());
            assertTrue(connection.toString().startsWith("#1 "), connection::toString);
        }
    }

    @Test
    void shouldCancelAQueuedConnection() throws Exception {
        int threads = cell().capacity();
        appliesIf(cell().queues(), "pools with a queue");
        try (ServerFixture fixture = start(TestService.greeting())) {
            List<TestClient> busy = new java.util.ArrayList<>();
            for (int i = 0; i < threads; i++) {
                busy.add(fixture.connect());
                busy.getLast().line();
                fixture.events.nextAccepted();
            }
            try (TestClient queued = fixture.connect()) {
                ConnectionFuture waiting = fixture.events.nextAccepted();
                assertTrue(waiting.cancel());
                assertFalse(waiting.cancel(), "cancelled already");
                busy.getFirst().close();
                assertEquals(new Cause.Stopped(), waiting.await(ServerFixture.TIMEOUT));
                queued.awaitClosed();
                assertEquals(List.of("accepted"), fixture.events.eventsOf(waiting), "the handler never began");
            }
            for (TestClient client : busy) {
                client.close();
            }
        }
    }

    @Test
    void shouldCallBackForARejectedConnection() throws Exception {
        try (ServerFixture fixture = start(TestService.greeting(),
                with -> with.listener(new CallbackAdder()).filter(_ -> false));
                TestClient client = fixture.connect()) {
            assertEquals("", client.textToTheEnd());
            assertEquals("first Stopped[]", EventRecorder.next(calls, "call"));
        }
    }

    @Test
    void shouldInterruptAWaitingHandlerWhenAborted() throws Exception {
        needsStyle(HandlerStyle.HANDLER);
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch waiting = new CountDownLatch(1);
        BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
        TestService service = new TestService(() -> connection -> {
            connection.print("x");
            connection.flush();
            waiting.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                thrown.add(e);
                throw e;
            }
        }, TestService.echo().protocol());
        try (ServerFixture fixture = start(service); TestClient client = fixture.connect()) {
            client.bytes(1);
            if (!cell().hasWorkers()) {
                waiting.await();
            }
            ConnectionFuture connection = fixture.events.nextAccepted();
            connection.abort();
            assertEquals(new Cause.Stopped(), connection.await(ServerFixture.TIMEOUT));
            assertEquals(0, fixture.server.stats().failed(), "a stop is not a failure");
            needsOneProcess();
            assertInstanceOf(InterruptedException.class, EventRecorder.next(thrown, "interrupt"));
        }
    }

    /// Adds three callbacks to every connection.
    private final class CallbackAdder implements ServerListener {
        @Override
        public void accepted(ConnectionFuture connection) {
            connection.onDone(over -> calls.add("first " + over.outcome().orElseThrow()));
            connection.onDone(_ -> calls.add("second"));
            connection.onDone(_ -> calls.add("third"));
        }
    }
}
