package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Cause;
import dev.polyserve.DrainReport;
import dev.polyserve.Framing;
import dev.polyserve.Protocol;
import dev.polyserve.ServerBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// A9: draining refuses new clients, lets conversations finish until the deadline, then aborts them.
abstract class DrainClause extends Clause {
    private static ServerBuilder patient(ServerBuilder with) {
        return with.options(o -> o.withTimeouts(times -> times.withDrainQuiet(Duration.ofSeconds(20))));
    }

    private static CompletableFuture<DrainReport> drain(ServerFixture stage, Duration deadline) {
        CompletableFuture<DrainReport> report = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                report.complete(stage.server.drain(deadline));
            } catch (InterruptedException e) {
                report.completeExceptionally(e);
            }
        });
        return report;
    }

    @Test
    void shouldLetConversationsFinish() throws Exception {
        try (ServerFixture stage = start(Role.upper(), DrainClause::patient); TestClient client = stage.connect()) {
            client.send("one\n");
            assertEquals("ONE", client.line());
            stage.events.nextOpened();
            CompletableFuture<DrainReport> report = drain(stage, Duration.ofSeconds(20));
            Eventually.until("new clients are refused", () -> refuses(stage));
            assertFalse(report.isDone());
            client.send("two\nexit\n");
            assertEquals("TWO\nEXIT\n", client.textToTheEnd());
            DrainReport result = report.get(10, TimeUnit.SECONDS);
            assertTrue(result.finished() >= 1, "and the clients that asked whether they are refused");
            assertEquals(0, result.aborted());
            assertTrue(stage.server.isStopped());
        }
    }

    private static boolean refuses(ServerFixture stage) {
        try (TestClient client = stage.connect()) {
            return client.local() == null;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void shouldAbortWhatIsNotOverAtTheDeadline() throws Exception {
        // A peer that does not read: not even the end of input can end it.
        try (ServerFixture stage = start(Role.produces(64 << 20)); TestClient client = stage.connect()) {
            client.send("x");
            client.bytes(1);
            stage.events.nextOpened();
            DrainReport result = stage.server.drain(Duration.ofMillis(50));
            assertEquals(0, result.finished());
            assertEquals(1, result.aborted());
            assertTrue(result.took().toMillis() >= 50, result::toString);
            assertTrue(result.took().compareTo(cell().within(Duration.ofSeconds(1))) < 0, result::toString);
            assertEquals(new Cause.Stopped(), stage.events.nextCause());
            client.awaitGone();
        }
    }

    @Test
    void shouldCountEveryConnectionThatItHasTakenHoweverLate() throws Exception {
        List<TestClient> clients = new ArrayList<>();
        try (ServerFixture stage = start(Role.echo())) {
            for (int i = 0; i < cell().times(16); i++) {
                clients.add(stage.connect());
            }
            DrainReport report = stage.server.drain(Duration.ofSeconds(20));
            assertEquals(stage.events.accepted.size(), report.finished(), report::toString);
            assertEquals(0, report.aborted(), report::toString);
        } finally {
            for (TestClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void shouldShowQuietConnectionsTheEndOfTheirInput() throws Exception {
        try (ServerFixture stage = start(Role.answerAtTheEnd(0)); TestClient client = stage.connect()) {
            client.send("12345");
            stage.events.nextOpened();
            CompletableFuture<DrainReport> report = drain(stage, Duration.ofSeconds(20));
            assertEquals("5\n", client.textToTheEnd(), "it still said its last words");
            assertEquals(0, report.get(10, TimeUnit.SECONDS).aborted());
            assertEquals(new Cause.Stopped(), stage.events.nextCause());
        }
    }

    @Test
    void shouldTellWhoAsksThatItDrains() throws Exception {
        Role role = new Role(() -> connection -> {
            for (String line; (line = connection.readLine()) != null;) {
                connection.writeLine(connection.draining() ? "bye" : line);
                if (connection.draining()) {
                    return;
                }
            }
        }, () -> Protocol.framed(Framing.lines(), (line, output) -> {
            output.writeLine(output.draining() ? "bye" : line);
            if (output.draining()) {
                output.close();
            }
        }));
        try (ServerFixture stage = start(role, DrainClause::patient); TestClient client = stage.connect()) {
            client.send("hello\n");
            assertEquals("hello", client.line());
            CompletableFuture<DrainReport> report = drain(stage, Duration.ofSeconds(20));
            Eventually.until("new clients are refused", () -> refuses(stage));
            String answer;
            do {
                client.send("hello\n");
                answer = client.line();
                // A worker hears of it while the listener is closed, a handler here before.
            } while (cell().hasWorkers() && answer.equals("hello"));
            assertEquals("bye", answer);
            assertEquals("", client.textToTheEnd());
            assertEquals(0, report.get(10, TimeUnit.SECONDS).aborted());
        }
    }

    @Test
    void shouldComeToAnEndSoonerWhenALaterCallSaysSo() throws Exception {
        try (ServerFixture stage = start(Role.upper(), DrainClause::patient); TestClient client = stage.connect()) {
            client.send("one\n");
            client.line();
            stage.events.nextOpened();
            CompletableFuture<DrainReport> report = drain(stage, Duration.ofSeconds(30));
            Eventually.until("new clients are refused", () -> refuses(stage));
            stage.server.close();
            long aborted = report.get(10, TimeUnit.SECONDS).aborted();
            // Where each has a process, those that asked whether they are refused may still wait for theirs.
            assertTrue(cell().hasWorkers() ? aborted >= 1 : aborted == 1, () -> aborted + " aborted");
        }
    }

    @Test
    void shouldInterruptAHandlerThatWaitsForSomethingElseAtTheDeadline() throws Exception {
        needsStyle(Style.HANDLER);
        CountDownLatch never = new CountDownLatch(1);
        Role role = new Role(() -> connection -> {
            connection.print("x");
            connection.flush();
            never.await();
        }, Role.echo().protocol());
        try (ServerFixture stage = start(role); TestClient client = stage.connect()) {
            client.bytes(1);
            stage.events.nextOpened();
            DrainReport result = stage.server.drain(Duration.ofMillis(20));
            assertEquals(1, result.aborted());
            assertEquals(new Cause.Stopped(), stage.events.nextCause());
            client.awaitGone();
        }
    }
}
