package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.Handler;
import dev.polyserve.coroutine.Carrier;
import dev.polyserve.coroutine.Hub;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A handler that waits where it cannot leave its thread, in the initialisation of a class, stops no event loop: where the loop's
/// own thread is the one, the wait fails and ends that connection, and all others are served.
abstract class PinnedClause extends Clause {
    /// More than all buffers on the way take.
    private static final int MUCH = 64 << 20;

    /// What a pinned handler would wait for.
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

    /// Echoes lines; after `pin` it is pinned, and waits.
    private static Role pinnedFor(Wait wait) {
        return role(connection -> {
            for (String line; (line = connection.readLine()) != null;) {
                if (line.equals("pin")) {
                    connection.writeLine("pinned");
                    connection.flush();
                    Pinned.run(() -> waits(connection, wait));
                }
                connection.writeLine(line);
            }
        });
    }

    private static Role role(Handler handler) {
        return new Role(() -> handler, () -> (_, _) -> {
        });
    }

    private void needsCoroutinesOnTheLoop() {
        needsStyle(Style.HANDLER);
        appliesIf(cell().runsOnLoops(), "event loops");
        appliesIf(Carrier.whyNot().isEmpty(), "handlers on their loop's own thread");
    }

    @ParameterizedTest
    @EnumSource
    void shouldEndAPinnedHandlerThatWouldWaitAndServeTheOthers(Wait wait) throws Exception {
        needsCoroutinesOnTheLoop();
        try (ServerFixture stage = start(pinnedFor(wait));
                TestClient other = stage.connect();
                TestClient pinned = stage.connect()) {
            exchange(other, "before");
            pinned.send("pin\n");
            assertEquals("pinned", pinned.line());
            exchange(other, "after");
            pinned.awaitGone();
            if (!cell().hasWorkers()) {
                Cause.Failed failed = assertInstanceOf(Cause.Failed.class, stage.events.nextCause());
                assertTrue(
                        String.valueOf(failed.error().getMessage())
                                .contains("the initialisation of a class is on the stack"),
                        failed::toString);
            }
            exchange(other, "at last");
        }
    }

    @Test
    void shouldRefuseAPinnedHandlerItsSleepAndLetItGoOn() throws Exception {
        needsCoroutinesOnTheLoop();
        Role role = role(connection -> {
            try {
                Pinned.run(() -> Hub.current().sleep(Duration.ofHours(1)));
            } catch (IllegalStateException e) {
                connection.writeLine(String.valueOf(e.getMessage()));
            }
        });
        try (ServerFixture stage = start(role)) {
            for (int i = 0; i < 2; i++) {
                try (TestClient client = stage.connect()) {
                    String said = client.textToTheEnd();
                    assertTrue(said.contains("the initialisation of a class is on the stack"), said);
                }
            }
        }
    }

    @Test
    void shouldLetAPinnedHandlerOnAThreadOfItsOwnWait() throws Exception {
        needsStyle(Style.HANDLER);
        appliesIf(!cell().runsOnLoops() || Carrier.whyNot().isPresent(), "handlers beside an event loop");
        try (ServerFixture stage = start(pinnedFor(Wait.READ)); TestClient pinned = stage.connect()) {
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
