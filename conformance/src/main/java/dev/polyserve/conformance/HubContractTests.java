package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Handler;
import dev.polyserve.Input;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.Sender;
import dev.polyserve.coroutine.carrier.Carrier;
import dev.polyserve.coroutine.hub.Hub;
import dev.polyserve.coroutine.hub.Task;
import dev.polyserve.coroutine.hub.Timeout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/// An event loop provides a hub for the handlers and protocols that it serves; not a clause of the contract.
abstract class HubContractTests extends ContractTests {
    private static final Duration SHORT = Duration.ofMillis(5);
    private static final Duration LONG = Duration.ofHours(1);

    private ServerFixture startOnLoop(TestService service) throws IOException {
        appliesIf(cell().runsOnLoops(), "event loops");
        return start(service);
    }

    private static TestService ofHandler(Handler handler) {
        return new TestService(() -> handler, () -> (_, _) -> {
        });
    }

    private static String sleepAndReturn(Hub hub, String word) throws InterruptedException {
        hub.sleep(SHORT);
        return word;
    }

    /// Computes the two words of a greeting in two tasks.
    private static final class Greeter implements Protocol {
        @Override
        public void received(Input input, Output output) throws IOException {
            String name = new String(input.takeAll().array(), StandardCharsets.US_ASCII).strip();
            Sender sender = output.sender();
            Hub hub = Hub.current();
            hub.spawn("hello", () -> {
                String hello = hub.spawn(() -> sleepAndReturn(hub, "hello")).get();
                sender.offer(hello + " " + name + "\n");
            });
        }
    }

    @Test
    void shouldSpawnTasksAndJoinThem() throws Exception {
        TestService service = new TestService(() -> connection -> {
            String name = connection.readLine();
            Hub hub = Hub.current();
            Task<String> hello = hub.spawn("hello", () -> sleepAndReturn(hub, "hello"));
            Task<String> second = hub.spawn(() -> hello.get() + " " + sleepAndReturn(hub, String.valueOf(name)));
            hub.joinAll(List.of(hello, second));
            connection.writeLine(second.get());
        }, Greeter::new);
        try (ServerFixture fixture = startOnLoop(service); TestClient client = fixture.connect()) {
            client.send("world\n");
            assertEquals("hello world", client.line());
        }
    }

    @Test
    void shouldServeOthersWhileAHandlerSleepsInTheHub() throws Exception {
        needsStyle(HandlerStyle.HANDLER);
        TestService service = ofHandler(connection -> {
            String line = String.valueOf(connection.readLine());
            if (line.equals("sleep")) {
                Hub.current().sleep(LONG);
            }
            connection.writeLine(line);
        });
        try (ServerFixture fixture = startOnLoop(service); TestClient asleep = fixture.connect()) {
            asleep.send("sleep\n");
            for (int i = 0; i < 4; i++) {
                try (TestClient other = fixture.connect()) {
                    other.send("awake\n");
                    assertEquals("awake", other.line());
                }
            }
        }
    }

    @Test
    void shouldLimitAHandlersWait() throws Exception {
        needsStyle(HandlerStyle.HANDLER);
        TestService service = ofHandler(connection -> {
            String said = Timeout.after(SHORT).callOr("too late", () -> {
                Hub.current().sleep(LONG);
                return "slept";
            });
            connection.writeLine(said);
            // No interrupt remains.
            connection.writeLine(String.valueOf(connection.readLine()));
        });
        try (ServerFixture fixture = startOnLoop(service); TestClient client = fixture.connect()) {
            client.send("and on\n");
            assertEquals("too late", client.line());
            assertEquals("and on", client.line());
        }
    }

    @Test
    void shouldOffloadAComputation() throws Exception {
        needsStyle(HandlerStyle.HANDLER);
        TestService service = ofHandler(connection -> {
            Thread handler = Thread.currentThread();
            boolean elsewhere = Hub.current().offload(() -> !Thread.currentThread().equals(handler));
            connection.writeLine(elsewhere + " " + Thread.currentThread().equals(handler));
        });
        try (ServerFixture fixture = startOnLoop(service); TestClient client = fixture.connect()) {
            assertEquals("true true", client.line());
        }
    }

    @Test
    void shouldEndAHandlerWhoseTaskIsKilled() throws Exception {
        needsStyle(HandlerStyle.HANDLER);
        needsOneProcess();
        var handlers = new LinkedBlockingQueue<Task<?>>();
        TestService service = ofHandler(connection -> {
            connection.writeLine(String.valueOf(connection.readLine()));
            handlers.add(Task.current());
            connection.readLine();
        });
        try (ServerFixture fixture = startOnLoop(service); TestClient client = fixture.connect()) {
            client.send("here\n");
            assertEquals("here", client.line());
            Task<?> handler = EventRecorder.next(handlers, "handler");
            assertTrue(handler.kill(ServerFixture.TIMEOUT), "it ends");
            client.awaitClosed();
            assertEquals(Task.Phase.KILLED, handler.phase());
        }
    }

    @Test
    void shouldEndTheTaskOfAHandlerThatReturns() throws Exception {
        needsStyle(HandlerStyle.HANDLER);
        needsOneProcess();
        var handlers = new LinkedBlockingQueue<Task<?>>();
        try (ServerFixture fixture = startOnLoop(ofHandler(_ -> handlers.add(Task.current())));
                TestClient client = fixture.connect()) {
            client.toTheEnd();
            Task<?> handler = EventRecorder.next(handlers, "handler");
            assertTrue(handler.join(ServerFixture.TIMEOUT));
            assertEquals(Task.Phase.SUCCEEDED, handler.phase());
        }
    }

    @Test
    void shouldKillRemainingTasksWhenTheServerIsClosed() throws Exception {
        needsOneProcess();
        var ends = new LinkedBlockingQueue<String>();
        TestService service = new TestService(() -> connection -> {
            spawnSleeper(ends);
            connection.readByte();
            connection.writeLine("spawned");
        }, () -> (input, output) -> {
            input.skip(input.available());
            spawnSleeper(ends);
            output.print("spawned\n");
            output.close();
        });
        try (ServerFixture fixture = startOnLoop(service); TestClient client = fixture.connect()) {
            client.send("x");
            assertEquals("spawned", client.line());
            assertEquals("asleep", EventRecorder.next(ends, "task"));
        }
        assertEquals("killed", EventRecorder.next(ends, "end of the task"));
    }

    private static void spawnSleeper(LinkedBlockingQueue<String> ends) {
        Hub hub = Hub.current();
        hub.spawn(() -> {
            try {
                ends.add("asleep");
                hub.sleep(LONG);
            } finally {
                ends.add("killed");
            }
        });
    }

    @Test
    void shouldReportATaskThatStallsItsLoop() throws Exception {
        var work = new BusyWork();
        reportsAStall(work, new TestService(() -> connection -> {
            connection.readByte();
            spawnBusy(work);
        }, () -> (input, output) -> {
            input.skip(input.available());
            spawnBusy(work);
        }));
    }

    /// Spawns a task that stalls its loop in a turn of its own: a turn is reported once, and on a busy machine the turn that
    /// spawns it may be reported before.
    private static void spawnBusy(BusyWork work) {
        Hub hub = Hub.current();
        hub.spawn(() -> {
            hub.sleep(SHORT);
            work.keepBusy();
        });
    }

    @Test
    void shouldReportAHandlerThatHasSleptInTheHubAndStallsItsLoop() throws Exception {
        needsStyle(HandlerStyle.HANDLER);
        appliesIf(Carrier.whyNot().isEmpty(), "handlers on their loop's own thread");
        var work = new BusyWork();
        reportsAStall(work, ofHandler(connection -> {
            connection.readByte();
            Hub.current().sleep(SHORT);
            work.keepBusy();
        }));
    }

    private void reportsAStall(BusyWork work, TestService service) throws Exception {
        needsOneProcess();
        appliesIf(cell().runsOnLoops(), "event loops");
        needsModelWithoutHandOff();
        try (ServerFixture fixture = start(service, BusyWork::watched); TestClient client = fixture.connect()) {
            client.send("x");
            assertTrue(work.awaitReport(fixture.events).soFar().toMillis() >= 40);
        }
    }

    @Test
    void shouldRunTasksOfTheServer() throws Exception {
        needsOneProcess();
        try (ServerFixture fixture = startOnLoop(TestService.echo()); TestClient client = fixture.connect()) {
            Hub hub = fixture.server.hub().orElseThrow();
            Task<String> task = hub.spawn(() -> sleepAndReturn(hub, "slept"));
            client.send("hello\n");
            assertEquals("hello", client.line());
            assertEquals("slept", task.get(ServerFixture.TIMEOUT));
            assertEquals(hub, hub.spawn(Hub::current).get(ServerFixture.TIMEOUT));
        }
    }

    @Test
    void shouldNotWaitForATaskThatClosesTheServer() throws Exception {
        needsOneProcess();
        try (ServerFixture fixture = startOnLoop(TestService.echo())) {
            Task<?> closing = fixture.server.hub().orElseThrow().spawn(fixture.server::close);
            assertTrue(closing.join(ServerFixture.TIMEOUT), "close() returns to a task of the server at once");
            assertTrue(fixture.server.await(ServerFixture.TIMEOUT));
            assertEquals(Task.Phase.SUCCEEDED, closing.phase());
        }
    }

    @Test
    void shouldHaveNoHubWithoutALoop() throws Exception {
        appliesIf(!cell().runsOnLoops(), "models without event loops");
        TestService service = new TestService(
                () -> connection -> {
                    connection.readExactly(1); // a client that sends after the end might be refused
                    connection.print(Boolean.toString(Hub.find().isPresent()));
                },
                () -> (input, output) -> {
                    input.skip(input.available());
                    output.print(Boolean.toString(Hub.find().isPresent()));
                    output.close();
                });
        try (ServerFixture fixture = start(service); TestClient client = fixture.connect()) {
            assertTrue(fixture.server.hub().isEmpty());
            client.send("x");
            assertEquals("false", client.textToTheEnd());
        }
    }
}
