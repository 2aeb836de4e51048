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

/// Clause 6: bytes written before the end reach the peer, even one that keeps sending, and the server knows whether
/// they did.
abstract class LastBytesContractTests extends ContractTests {
    /// Fits into the initial congestion window of a connection.
    private static final int SHORT = 12 << 10;
    /// More than fits into the peer's receive buffer, less than both kernel buffers hold.
    private static final int IN_THE_SYSTEM = 256 << 10;

    @Test
    void shouldDeliverALongAnswerToAPeerThatKeepsSending() throws Exception {
        int bytes = 3 << 20;
        try (ServerFixture fixture = start(TestService.answersAndEnds(bytes)); TestClient client = fixture.connect()) {
            client.send("x");
            byte[] expected = new byte[bytes];
            TestService.number(expected, 0);
            // A byte that a Unix socket gets between the server's last look and its close turns the end into a reset.
            int stopsSendingAt = cell().transport().isTcp() ? Integer.MAX_VALUE : bytes;
            assertArrayEquals(expected, client.toTheEndWhileItSends(stopsSendingAt));
            assertEquals(done(false), fixture.events.nextCause());
        }
    }

    @Test
    void shouldDeliverAShortAnswerToAPeerThatKeepsSending() throws Exception {
        needsTcp();
        try (ServerFixture fixture = start(TestService.answersAndEnds(SHORT));
                TestClient client = fixture.connectWithSmallReceiveBuffer()) {
            client.send("x");
            byte[] expected = new byte[SHORT];
            TestService.number(expected, 0);
            assertArrayEquals(expected, client.toTheEndWhileItSends());
            client.disconnect();
            assertEquals(done(false), fixture.events.nextCause());
        }
    }

    @Test
    void shouldReportAResetBeforeThePeerHasEverything() throws Exception {
        needsTcp();
        try (ServerFixture fixture = start(TestService.answersAndEnds(IN_THE_SYSTEM));
                TestClient client = fixture.connect()) {
            awaitEnded(fixture, client);
            client.reset();
            assertInstanceOf(Cause.PeerReset.class, fixture.events.nextCause());
        }
    }

    @Test
    void shouldCountAConnectionUntilThePeerHasEverything() throws Exception {
        needsTcp();
        try (ServerFixture fixture = start(TestService.answersAndEnds(IN_THE_SYSTEM));
                TestClient client = fixture.connect()) {
            awaitEnded(fixture, client);
            assertEquals(1, fixture.server.stats().active());
            assertEquals(IN_THE_SYSTEM - 1, client.toTheEnd().length);
            client.disconnect();
            assertEquals(done(false), fixture.events.nextCause());
        }
    }

    @Test
    void shouldNotDrainBeyondItsDeadlineForAPeerThatDoesNotRead() throws Exception {
        needsTcp();
        try (ServerFixture fixture = start(TestService.answersAndEnds(IN_THE_SYSTEM));
                TestClient client = fixture.connect()) {
            awaitEnded(fixture, client);
            DrainReport report = fixture.server.drain(Duration.ofMillis(200));
            assertEquals(1, report.finished() + report.aborted(), report::toString);
            assertTrue(report.took().compareTo(cell().within(Duration.ofSeconds(1))) < 0, report::toString);
        }
    }

    /// Waits until the server has passed the whole answer to the kernel. With workers, this cannot be observed.
    private void awaitEnded(ServerFixture fixture, TestClient client) throws Exception {
        client.send("x");
        client.bytes(1);
        ConnectionFuture connection = fixture.events.nextAccepted();
        if (!cell().hasWorkers()) {
            Eventually.until("the whole answer is sent", () -> connection.bytesOut() == IN_THE_SYSTEM);
        }
    }
}
