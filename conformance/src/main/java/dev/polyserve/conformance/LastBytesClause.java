package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.DrainReport;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Clause 6: what was written before the end comes to the peer, also to one that goes on sending; and the server knows whether it did.
abstract class LastBytesClause extends Clause {
    /// Less than the first flight of a connection.
    private static final int SHORT = 12 << 10;
    /// More than a peer takes that does not read, less than the system takes for it.
    private static final int IN_THE_SYSTEM = 256 << 10;

    @Test
    void shouldBringALongAnswerToAPeerThatGoesOnSending() throws Exception {
        int bytes = 3 << 20;
        try (ServerFixture stage = start(Role.answersAndEnds(bytes)); TestClient client = stage.connect()) {
            client.send("x");
            byte[] expected = new byte[bytes];
            Role.number(expected, 0);
            assertArrayEquals(expected, client.toTheEndWhileItSends());
            assertEquals(done(false), stage.events.nextCause());
        }
    }

    @Test
    void shouldBringAShortAnswerToAPeerThatGoesOnSending() throws Exception {
        needsTransport(EndpointKind.TCP);
        try (ServerFixture stage = start(Role.answersAndEnds(SHORT));
                TestClient client = TestClient.narrow(stage.server.address())) {
            client.send("x");
            byte[] expected = new byte[SHORT];
            Role.number(expected, 0);
            assertArrayEquals(expected, client.toTheEndWhileItSends());
            client.leave();
            assertEquals(done(false), stage.events.nextCause());
        }
    }

    @Test
    void shouldTellAResetThatComesBeforeThePeerHasEverything() throws Exception {
        needsTransport(EndpointKind.TCP);
        try (ServerFixture stage = start(Role.answersAndEnds(IN_THE_SYSTEM)); TestClient client = stage.connect()) {
            awaitEnded(stage, client);
            client.reset();
            assertInstanceOf(Cause.PeerReset.class, stage.events.nextCause());
        }
    }

    @Test
    void shouldCountAConnectionUntilThePeerHasEverything() throws Exception {
        needsTransport(EndpointKind.TCP);
        try (ServerFixture stage = start(Role.answersAndEnds(IN_THE_SYSTEM)); TestClient client = stage.connect()) {
            awaitEnded(stage, client);
            assertEquals(1, stage.server.stats().active());
            assertEquals(IN_THE_SYSTEM - 1, client.toTheEnd().length);
            client.leave();
            assertEquals(done(false), stage.events.nextCause());
        }
    }

    @Test
    void shouldNotDrainBeyondItsDeadlineForAPeerThatDoesNotRead() throws Exception {
        needsTransport(EndpointKind.TCP);
        try (ServerFixture stage = start(Role.answersAndEnds(IN_THE_SYSTEM)); TestClient client = stage.connect()) {
            awaitEnded(stage, client);
            DrainReport report = stage.server.drain(Duration.ofMillis(200));
            assertEquals(1, report.finished() + report.aborted(), report::toString);
            assertTrue(report.took().compareTo(cell().within(Duration.ofSeconds(1))) < 0, report::toString);
        }
    }

    /// Waits until the server has given the system all that the client is to get, as far as that can be seen from here.
    private void awaitEnded(ServerFixture stage, TestClient client) throws Exception {
        client.send("x");
        client.bytes(1);
        ConnectionFuture connection = stage.events.nextAccepted();
        if (!cell().hasWorkers()) {
            Eventually.until("everything is sent", () -> connection.bytesOut() == IN_THE_SYSTEM);
        }
    }
}
