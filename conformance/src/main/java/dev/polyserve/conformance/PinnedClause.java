package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.Handler;
import dev.polyserve.coroutine.carrier.Carrier;
import dev.polyserve.coroutine.hub.Hub;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A pinned handler that waits does not block its event loop.
///
/// On the loop's own thread the wait fails and ends that connection; other connections are served.
abstract class PinnedClause extends Clause {
    /// More than all buffers on the path hold.
    private static final int MUCH = 64 << 20;

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
        needsStyle(Style.HANDLER);
        appliesIf(cell().runsOnLoops(), "event loops");
        appliesIf(Carrier.whyNot().isEmpty(), "handlers on their loop's own thread");
    }

    @ParameterizedTest
    @EnumSource
    void shouldEndAPinnedHandlerThatWaitsAndServeOthers(Wait wait) throws Exception {
        needsCoroutinesOnTheLoop();
        try (ServerFixture fixture = start(pinnedFor(wait));
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
        needsStyle(Style.HANDLER);
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
