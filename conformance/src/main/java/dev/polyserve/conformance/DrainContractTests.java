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

/// A9: draining refuses new clients, lets connections finish until the deadline, then aborts them.
abstract class DrainContractTests extends ContractTests {
    private static ServerBuilder withLongDrain(ServerBuilder with) {
        return with.options(o -> o.withTimeouts(times -> times.withDrainQuiet(Duration.ofSeconds(20))));
    }

    private static CompletableFuture<DrainReport> drain(ServerFixture fixture, Duration deadline) {
        CompletableFuture<DrainReport> report = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                report.complete(fixture.server.drain(deadline));
            } catch (InterruptedException e) {
                report.completeExceptionally(e);
            }
        });
        return report;
    }

    @Test
    void shouldLetConversationsFinish() throws Exception {
        try (ServerFixture fixture = start(TestService.upper(), DrainContractTests::withLongDrain);
                TestClient client = fixture.connect()) {
            client.send("one\n");
            assertEquals("ONE", client.line());
            fixture.events.nextOpened();
            CompletableFuture<DrainReport> report = drain(fixture, Duration.ofSeconds(20));
            Eventually.until("new clients are refused", () -> refuses(fixture));
            assertFalse(report.isDone());
            client.send("two\nexit\n");
            assertEquals("TWO\nEXIT\n", client.textToTheEnd());
            client.disconnect();
            DrainReport result = report.get(10, TimeUnit.SECONDS);
            assertTrue(result.finished() >= 1, "including the clients that probed for the refusal");
            assertEquals(0, result.aborted());
            assertTrue(fixture.server.isStopped());
        }
    }

    static boolean refuses(ServerFixture fixture) {
        try (TestClient client = fixture.connectOnly()) {
            return client.local() == null;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void shouldAbortUnfinishedConnectionsAtTheDeadline() throws Exception {
        // The peer does not read, so even the end of input does not end the handler.
        try (ServerFixture fixture = start(TestService.produces(64 << 20)); TestClient client = fixture.connect()) {
            client.send("x");
            client.bytes(1);
            fixture.events.nextOpened();
            DrainReport result = fixture.server.drain(Duration.ofMillis(50));
            assertEquals(0, result.finished());
            assertEquals(1, result.aborted());
            assertTrue(result.took().toMillis() >= 50, result::toString);
            assertTrue(result.took().compareTo(cell().within(Duration.ofSeconds(1))) < 0, result::toString);
            assertEquals(new Cause.Stopped(), fixture.events.nextCause());
            client.awaitClosed();
        }
    }

    @Test
    void shouldCountEveryAcceptedConnection() throws Exception {
        List<TestClient> clients = new ArrayList<>();
        try (ServerFixture fixture = start(TestService.echo())) {
            for (int i = 0; i < cell().times(16); i++) {
                clients.add(fixture.connect());
            }
            DrainReport report = fixture.server.drain(Duration.ofSeconds(20));
            assertEquals(fixture.events.accepted.size(), report.finished(), report::toString);
            assertEquals(0, report.aborted(), report::toString);
        } finally {
            for (TestClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void shouldSignalTheEndOfInputToIdleConnections() throws Exception {
        try (ServerFixture fixture = start(TestService.answerAtTheEnd(0)); TestClient client = fixture.connect()) {
            client.send("12345");
            fixture.events.nextOpened();
            CompletableFuture<DrainReport> report = drain(fixture, Duration.ofSeconds(20));
            assertEquals("5\n", client.textToTheEnd(), "the handler still sent its last bytes");
            assertEquals(0, report.get(10, TimeUnit.SECONDS).aborted());
            assertEquals(new Cause.Stopped(), fixture.events.nextCause());
        }
    }

    @Test
    void shouldReportDrainingToAHandler() throws Exception {
        TestService service = new TestService(() -> connection -> {
            for (String line; (line = connection.readLine()) != null;) {
                boolean draining = connection.draining(); // once: the drain may begin in between
                connection.writeLine(draining ? "bye" : line);
                if (draining) {
                    return;
                }
            }
        }, () -> Protocol.framed(Framing.lines(), (line, output) -> {
            boolean draining = output.draining();
            output.writeLine(draining ? "bye" : line);
            if (draining) {
                output.close();
            }
        }));
        try (ServerFixture fixture = start(service, DrainContractTests::withLongDrain);
                TestClient client = fixture.connect()) {
            client.send("hello\n");
            assertEquals("hello", client.line());
            CompletableFuture<DrainReport> report = drain(fixture, Duration.ofSeconds(20));
            Eventually.until("new clients are refused", () -> refuses(fixture));
            String answer;
            do {
                client.send("hello\n");
                answer = client.line();
                // A worker is notified while the listener closes; a handler in this process before that.
            } while (cell().hasWorkers() && answer.equals("hello"));
            assertEquals("bye", answer);
            assertEquals("", client.textToTheEnd());
            client.disconnect();
            assertEquals(0, report.get(10, TimeUnit.SECONDS).aborted());
        }
    }

    @Test
    void shouldEndEarlierWhenALaterCallShortensTheDeadline() throws Exception {
        try (ServerFixture fixture = start(TestService.upper(), DrainContractTests::withLongDrain);
                TestClient client = fixture.connect()) {
            client.send("one\n");
            client.line();
            fixture.events.nextOpened();
            CompletableFuture<DrainReport> report = drain(fixture, Duration.ofSeconds(30));
            Eventually.until("new clients are refused", () -> refuses(fixture));
            fixture.server.close();
            long aborted = report.get(10, TimeUnit.SECONDS).aborted();
            // With a process per connection, the clients that probed for the refusal may still wait for their process.
            assertTrue(cell().hasWorkers() ? aborted >= 1 : aborted == 1, () -> aborted + " aborted");
        }
    }

    @Test
    void shouldInterruptAHandlerThatWaitsForSomethingElseAtTheDeadline() throws Exception {
        needsStyle(HandlerStyle.HANDLER);
        CountDownLatch never = new CountDownLatch(1);
        TestService service = new TestService(() -> connection -> {
            connection.print("x");
            connection.flush();
            never.await();
        }, TestService.echo().protocol());
        try (ServerFixture fixture = start(service); TestClient client = fixture.connect()) {
            client.bytes(1);
            fixture.events.nextOpened();
            DrainReport result = fixture.server.drain(Duration.ofMillis(20));
            assertEquals(1, result.aborted());
            assertEquals(new Cause.Stopped(), fixture.events.nextCause());
            client.awaitClosed();
        }
    }
}
