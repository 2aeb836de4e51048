package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Handler;
import dev.polyserve.Input;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.Sender;
import dev.polyserve.coroutine.Carrier;
import dev.polyserve.coroutine.Hub;
import dev.polyserve.coroutine.Task;
import dev.polyserve.coroutine.Timeout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/// Beside the contract's clauses: an event loop is a hub for the handlers and protocols that it serves.
abstract class HubClause extends Clause {
    private static final Duration SHORT = Duration.ofMillis(5);
    private static final Duration LONG = Duration.ofHours(1);

    private ServerFixture startOnLoop(Role role) throws IOException {
        appliesIf(cell().runsOnLoops(), "event loops");
        return start(role);
    }

    private static Role ofHandler(Handler handler) {
        return new Role(() -> handler, () -> (_, _) -> {
        });
    }

    private static String sleepAndSay(Hub hub, String word) throws InterruptedException {
        hub.sleep(SHORT);
        return word;
    }

    /// Has one task say hello, and another one whom to.
    private static final class Greeter implements Protocol {
        @Override
        public void received(Input input, Output output) throws IOException {
            String whom = new String(input.takeAll().array(), StandardCharsets.US_ASCII).strip();
            Sender sender = output.sender();
            Hub hub = Hub.current();
            hub.spawn("hello", () -> {
                String hello = hub.spawn(() -> sleepAndSay(hub, "hello")).get();
                sender.offer(hello + " " + whom + "\n");
            });
        }
    }

    @Test
    void shouldSpawnTasksAndTakeTheirResults() throws Exception {
        Role role = new Role(() -> connection -> {
            String whom = connection.readLine();
            Hub hub = Hub.current();
            Task<String> hello = hub.spawn("hello", () -> sleepAndSay(hub, "hello"));
            Task<String> second = hub.spawn(() -> hello.get() + " " + sleepAndSay(hub, String.valueOf(whom)));
            hub.joinAll(List.of(hello, second));
            connection.writeLine(second.get());
        }, Greeter::new);
        try (ServerFixture stage = startOnLoop(role); TestClient client = stage.connect()) {
            client.send("world\n");
            assertEquals("hello world", client.line());
        }
    }

    @Test
    void shouldServeOthersWhileAHandlerSleepsInTheHub() throws Exception {
        needsStyle(Style.HANDLER);
        Role role = ofHandler(connection -> {
            String line = String.valueOf(connection.readLine());
            if (line.equals("sleep")) {
                Hub.current().sleep(LONG);
            }
            connection.writeLine(line);
        });
        try (ServerFixture stage = startOnLoop(role); TestClient asleep = stage.connect()) {
            asleep.send("sleep\n");
            for (int i = 0; i < 4; i++) {
                try (TestClient other = stage.connect()) {
                    other.send("awake\n");
                    assertEquals("awake", other.line());
                }
            }
        }
    }

    @Test
    void shouldLimitAHandlersWait() throws Exception {
        needsStyle(Style.HANDLER);
        Role role = ofHandler(connection -> {
            String said = Timeout.after(SHORT).callOr("too late", () -> {
                Hub.current().sleep(LONG);
                return "slept";
            });
            connection.writeLine(said);
            // No interrupt is left behind.
            connection.writeLine(String.valueOf(connection.readLine()));
        });
        try (ServerFixture stage = startOnLoop(role); TestClient client = stage.connect()) {
            client.send("and on\n");
            assertEquals("too late", client.line());
            assertEquals("and on", client.line());
        }
    }

    @Test
    void shouldComputeElsewhereAndComeBack() throws Exception {
        needsStyle(Style.HANDLER);
        Role role = ofHandler(connection -> {
            Thread handler = Thread.currentThread();
            boolean elsewhere = Hub.current().offload(() -> !Thread.currentThread().equals(handler));
            connection.writeLine(elsewhere + " " + Thread.currentThread().equals(handler));
        });
        try (ServerFixture stage = startOnLoop(role); TestClient client = stage.connect()) {
            assertEquals("true true", client.line());
        }
    }

    @Test
    void shouldEndAHandlerWhoseTaskIsKilled() throws Exception {
        needsStyle(Style.HANDLER);
        needsOneProcess();
        var handlers = new LinkedBlockingQueue<Task<?>>();
        Role role = ofHandler(connection -> {
            connection.writeLine(String.valueOf(connection.readLine()));
            handlers.add(Task.current());
            connection.readLine();
        });
        try (ServerFixture stage = startOnLoop(role); TestClient client = stage.connect()) {
            client.send("here\n");
            assertEquals("here", client.line());
            Task<?> handler = EventRecorder.next(handlers, "handler");
            assertTrue(handler.kill(ServerFixture.PATIENCE), "it ends");
            client.awaitGone();
            assertEquals(Task.Phase.KILLED, handler.phase());
        }
    }

    @Test
    void shouldEndTheTaskOfAHandlerThatReturns() throws Exception {
        needsStyle(Style.HANDLER);
        needsOneProcess();
        var handlers = new LinkedBlockingQueue<Task<?>>();
        try (ServerFixture stage = startOnLoop(ofHandler(_ -> handlers.add(Task.current())));
                TestClient client = stage.connect()) {
            client.toTheEnd();
            Task<?> handler = EventRecorder.next(handlers, "handler");
            assertTrue(handler.join(ServerFixture.PATIENCE));
            assertEquals(Task.Phase.SUCCEEDED, handler.phase());
        }
    }

    @Test
    void shouldKillTheTasksThatAreLeftWhenTheServerIsClosed() throws Exception {
        needsOneProcess();
        var ends = new LinkedBlockingQueue<String>();
        Role role = new Role(() -> connection -> {
            spawnSleeper(ends);
            connection.readByte();
            connection.writeLine("spawned");
        }, () -> (input, output) -> {
            input.skip(input.available());
            spawnSleeper(ends);
            output.print("spawned\n");
            output.close();
        });
        try (ServerFixture stage = startOnLoop(role); TestClient client = stage.connect()) {
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
        reportsAStall(work, new Role(() -> connection -> {
            connection.readByte();
            Hub.current().spawn(() -> work.keepBusy());
        }, () -> (input, output) -> {
            input.skip(input.available());
            Hub.current().spawn(() -> work.keepBusy());
        }));
    }

    @Test
    void shouldReportAHandlerThatHasSleptInTheHubAndStallsItsLoop() throws Exception {
        needsStyle(Style.HANDLER);
        appliesIf(Carrier.whyNot().isEmpty(), "handlers on their loop's own thread");
        var work = new BusyWork();
        reportsAStall(work, ofHandler(connection -> {
            connection.readByte();
            Hub.current().sleep(SHORT);
            work.keepBusy();
        }));
    }

    private void reportsAStall(BusyWork work, Role role) throws Exception {
        needsOneProcess();
        appliesIf(cell().runsOnLoops(), "event loops");
        try (ServerFixture stage = start(role, BusyWork::watched); TestClient client = stage.connect()) {
            client.send("x");
            assertTrue(work.awaitReport(stage.events).soFar().toMillis() >= 40);
        }
    }

    @Test
    void shouldRunTasksOfTheServerBesideItsClients() throws Exception {
        needsOneProcess();
        try (ServerFixture stage = startOnLoop(Role.echo()); TestClient client = stage.connect()) {
            Hub hub = stage.server.hub().orElseThrow();
            Task<String> task = hub.spawn(() -> sleepAndSay(hub, "slept"));
            client.send("hello\n");
            assertEquals("hello", client.line());
            assertEquals("slept", task.get(ServerFixture.PATIENCE));
            assertEquals(hub, hub.spawn(Hub::current).get(ServerFixture.PATIENCE));
        }
    }

    @Test
    void shouldNotWaitForATaskThatClosesTheServer() throws Exception {
        needsOneProcess();
        try (ServerFixture stage = startOnLoop(Role.echo())) {
            Task<?> closing = stage.server.hub().orElseThrow().spawn(stage.server::close);
            assertTrue(closing.join(ServerFixture.PATIENCE), "close() returns to a task of the server at once");
            assertTrue(stage.server.await(ServerFixture.PATIENCE));
            assertEquals(Task.Phase.SUCCEEDED, closing.phase());
        }
    }

    @Test
    void shouldHaveNoHubWithoutALoop() throws Exception {
        appliesIf(!cell().runsOnLoops(), "models without event loops");
        Role role = new Role(() -> connection -> connection.print(Boolean.toString(Hub.find().isPresent())),
                () -> (input, output) -> {
                    input.skip(input.available());
                    output.print(Boolean.toString(Hub.find().isPresent()));
                    output.close();
                });
        try (ServerFixture stage = start(role); TestClient client = stage.connect()) {
            assertTrue(stage.server.hub().isEmpty());
            client.send("x");
            assertEquals("false", client.textToTheEnd());
        }
    }
}
