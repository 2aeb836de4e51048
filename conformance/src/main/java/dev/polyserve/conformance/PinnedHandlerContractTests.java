package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.Framing;
import dev.polyserve.Handler;
import dev.polyserve.Output;
import dev.polyserve.Sender;
import dev.polyserve.ServerBuilder;
import dev.polyserve.coroutine.carrier.Carrier;
import dev.polyserve.coroutine.hub.Hub;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A pinned handler that waits does not block its event loop.
///
/// The loop is handed off. Where it is not, the wait fails and ends that connection. Other connections are served.
abstract class PinnedHandlerContractTests extends ContractTests {
    private static final int SEND_BUFFER_BYTES = 64 << 10;
    /// More than all buffers on the path hold: the server's are small, so that little is encrypted before they are full.
    private static final int MUCH = 8 << 20;

    /// The operation in which the pinned handler waits.
    enum Wait {
        READ, READ_WITH_LIMIT, WRITE
    }

    private static void waits(Connection connection, Wait wait) throws IOException {
        switch (wait) {
            case READ -> connection.readLine();
            case READ_WITH_LIMIT -> {
                connection.readTimeout(Duration.ofHours(1));
                connection.readLine();
            }
            case WRITE -> connection.write(new byte[MUCH]);
        }
    }

    /// Echoes lines; after the line `pin`, waits while pinned.
    private static TestService pinnedFor(Wait wait) {
        return service(connection -> {
            for (String line; (line = connection.readLine()) != null;) {
                if (line.equals("pin")) {
                    connection.writeLine("pinned");
                    connection.flush();
                    PinnedCall.run(() -> waits(connection, wait));
                }
                connection.writeLine(line);
            }
        });
    }

    private static TestService service(Handler handler) {
        return new TestService(() -> handler, () -> (_, _) -> {
        });
    }

    private void needsCoroutinesOnTheLoop() {
        needsStyle(HandlerStyle.HANDLER);
        appliesIf(cell().runsOnLoops(), "event loops");
        appliesIf(Carrier.whyNot().isEmpty(), "handlers on their loop's own thread");
    }

    @Test
    void shouldLetAPinnedHandlerReadAndServeOthers() throws Exception {
        needsCoroutinesOnTheLoop();
        appliesIf(cell().runsOnLoops(), "event loops");
        try (ServerFixture fixture = start(service(PinnedHandlerContractTests::echoPinned));
                TestClient other = fixture.connect();
                TestClient pinned = fixture.connect()) {
            exchange(other, "before");
            for (int i = 0; i < 3; i++) {
                pinned.send("pin\n");
                assertEquals("pinned", pinned.line());
                exchange(other, "while it waits");
                exchange(pinned, "in the initialiser");
                exchange(other, "while it waits again");
                pinned.send("unpin\n");
                assertEquals("unpinned", pinned.line());
                exchange(pinned, "outside of it");
            }
        }
    }

    /// Echoes lines; between the lines `pin` and `unpin`, pinned, first with a time limit, then without.
    private static void echoPinned(Connection connection) throws Exception {
        for (String line; (line = connection.readLine()) != null;) {
            if (line.equals("pin")) {
                connection.writeLine("pinned");
                PinnedCall.run(() -> echoUntilUnpinned(connection));
                connection.writeLine("unpinned");
            } else {
                connection.writeLine(line);
            }
        }
    }

    private static void echoUntilUnpinned(Connection connection) throws IOException {
        connection.readTimeout(Duration.ofHours(1));
        for (String line; (line = connection.readLine()) != null && !line.equals("unpin");) {
            connection.writeLine(line);
            connection.readTimeout(null);
        }
    }

    /// Echoes lines; the line `pin` has its reply flushed while pinned, after as many bytes as given.
    private static TestService flushingPinned(int bytes, CompletableFuture<Sender> sender) {
        return new TestService(() -> connection -> {
            for (String line; (line = connection.readLine()) != null;) {
                flushPinned(line, connection, bytes, sender);
            }
        }, () -> (_, _) -> {
        }, new TestService.Messages<>(Framing.lines(),
                () -> (line, client) -> flushPinned(line, client, bytes, sender)));
    }

    private static void flushPinned(String line, Output client, int bytes, CompletableFuture<Sender> sender)
            throws Exception {
        sender.complete(client.sender());
        if (!line.equals("pin")) {
            client.writeLine(line);
            return;
        }
        PinnedCall.run(() -> {
            client.write(new byte[bytes]);
            client.writeLine(line);
            client.flush();
        });
    }

    private void needsHandOff() {
        appliesIf(cell().style() != HandlerStyle.PROTOCOL, "handlers that may wait");
        appliesIf(cell().runsOnLoops(), "event loops");
        appliesIf(Carrier.whyNot().isEmpty(), "handlers on their loop's own thread");
    }

    @Test
    void shouldLetAPinnedHandlerWriteMuchAndServeOthers() throws Exception {
        needsHandOff();
        try (ServerFixture fixture = start(flushingPinned(MUCH, new CompletableFuture<>()),
                PinnedHandlerContractTests::handedOffByTheWait);
                TestClient other = fixture.connect();
                TestClient pinned = fixture.connect()) {
            exchange(other, "before");
            pinned.send("pin\n");
            assertEquals(1, pinned.bytes(1).length);
            exchange(other, "while it waits");
            assertEquals(MUCH - 1, pinned.bytes(MUCH - 1).length);
            assertEquals("pin", pinned.line());
            exchange(pinned, "afterwards");
        }
    }

    @Test
    void shouldLetAPinnedHandlerFlushBehindASenderAndServeOthers() throws Exception {
        needsHandOff();
        needsOneProcess();
        CompletableFuture<Sender> lent = new CompletableFuture<>();
        try (ServerFixture fixture = start(flushingPinned(0, lent), PinnedHandlerContractTests::handedOffByTheWait);
                TestClient pinned = fixture.connect()) {
            exchange(pinned, "before");
            long sent = SenderContractTests.fill(lent.get(), ByteBuffer.allocate(8 << 10));
            try (TestClient other = fixture.connect()) {
                pinned.send("pin\n");
                exchange(other, "while it waits");
                pinned.end();
                String all = pinned.textToTheEnd();
                assertEquals(sent + "pin\n".length(), all.length());
                assertEquals("pin\n", all.replace("\0", ""));
            }
            assertEquals(0, fixture.server.stats().failed());
        }
    }

    /// The pinned code itself takes less time than the hand-off time, so that only its wait has the loop handed off.
    private static ServerBuilder handedOffByTheWait(ServerBuilder with) {
        return withSmallBuffers(with, Duration.ofMinutes(5));
    }

    private static ServerBuilder withoutHandOff(ServerBuilder with) {
        return withSmallBuffers(with, Duration.ZERO);
    }

    private static ServerBuilder withSmallBuffers(ServerBuilder with, Duration handOff) {
        return with.options(options -> options.withTimeouts(times -> times.withHandOff(handOff))
                .withSockets(sockets -> sockets.withBufferBytes(0, SEND_BUFFER_BYTES)));
    }

    @ParameterizedTest
    @EnumSource
    void shouldEndAPinnedHandlerThatWaitsAndServeOthers(Wait wait) throws Exception {
        needsCoroutinesOnTheLoop();
        needsModelWithoutHandOff();
        try (ServerFixture fixture = start(pinnedFor(wait), PinnedHandlerContractTests::withoutHandOff);
                TestClient other = fixture.connect();
                TestClient pinned = fixture.connect()) {
            exchange(other, "before");
            pinned.send("pin\n");
            assertEquals("pinned", pinned.line());
            exchange(other, "after");
            pinned.awaitClosed();
            if (!cell().hasWorkers()) {
                Cause.Failed failed = assertInstanceOf(Cause.Failed.class, fixture.events.nextCause());
                assertTrue(
                        String.valueOf(failed.error().getMessage())
                                .contains("a class initialiser is on the stack"),
                        failed::toString);
            }
            exchange(other, "at last");
        }
    }

    @Test
    void shouldRefuseTheSleepOfAPinnedHandlerAndContinue() throws Exception {
        needsCoroutinesOnTheLoop();
        TestService service = service(connection -> {
            try {
                PinnedCall.run(() -> Hub.current().sleep(Duration.ofHours(1)));
            } catch (IllegalStateException e) {
                connection.writeLine(String.valueOf(e.getMessage()));
            }
        });
        try (ServerFixture fixture = start(service)) {
            for (int i = 0; i < 2; i++) {
                try (TestClient client = fixture.connect()) {
                    String said = client.textToTheEnd();
                    assertTrue(said.contains("a class initialiser is on the stack"), said);
                }
            }
        }
    }

    @Test
    void shouldLetAPinnedHandlerOnAThreadOfItsOwnWait() throws Exception {
        needsStyle(HandlerStyle.HANDLER);
        appliesIf(!cell().runsOnLoops() || Carrier.whyNot().isPresent(), "handlers beside an event loop");
        try (ServerFixture fixture = start(pinnedFor(Wait.READ)); TestClient pinned = fixture.connect()) {
            pinned.send("pin\n");
            assertEquals("pinned", pinned.line());
            for (String line : List.of("one\n", "two\n")) {
                pinned.send(line);
            }
            assertEquals("pin", pinned.line());
            assertEquals("two", pinned.line());
        }
    }

    private static void exchange(TestClient client, String line) throws IOException {
        client.send(line + "\n");
        assertEquals(line, client.line());
    }
}
