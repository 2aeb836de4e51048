package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Limit;
import dev.polyserve.OnFull;
import dev.polyserve.Options;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Concurrency: two clients at once (A2), a burst (A5), limits on the number of connections (A10).
abstract class ConcurrencyContractTests extends ContractTests {
    private static final Duration A_WHILE = Duration.ofMillis(80);

    private static Options most(Options options, int connections, OnFull onFull) {
        return options.withMaxConnections(connections).withOnFull(onFull);
    }

    @Test
    void shouldServeASecondClientWhileTheFirstIsSilentUnlessIterative() throws Exception {
        try (ServerFixture fixture = start(TestService.greeting());
                TestClient first = fixture.connect();
                TestClient second = connectAfter(fixture, first)) {
            if (!cell().servesTwoAtOnce()) {
                assertTrue(second.receivesNothingFor(A_WHILE), "iterative serves one client after another");
                first.disconnect();
            }
            assertEquals("welcome", second.line());
        }
    }

    private static TestClient connectAfter(ServerFixture fixture, TestClient first) throws Exception {
        assertEquals("welcome", first.line());
        return fixture.connect();
    }

    @Test
    void shouldServeTwoClientsWithoutMixingThem() throws Exception {
        needsTwoAtOnce();
        try (ServerFixture fixture = start(TestService.upper());
                TestClient first = fixture.connect();
                TestClient second = fixture.connect()) {
            for (int i = 0; i < 20; i++) {
                first.send("first " + i + "\n");
                second.send("second " + i + "\n");
                assertEquals("SECOND " + i, second.line());
                assertEquals("FIRST " + i, first.line());
            }
        }
    }

    @Test
    void shouldServeABurstThatArrivedBeforeTheFirstAccept() throws Exception {
        int many = cell().times(200);
        List<TestClient> clients = new ArrayList<>();
        try (ServerFixture fixture = ServerFixture.bind(cell(), TestService.closes(), with -> with)) {
            for (int i = 0; i < many; i++) {
                clients.add(fixture.connect());
            }
            fixture.server.start();
            for (TestClient client : clients) {
                assertEquals("", client.textToTheEnd());
                client.close();
            }
            fixture.awaitOver(many);
            assertEquals(many, fixture.server.stats().accepted());
            assertEquals(0, fixture.server.stats().active());
        }
    }

    @Test
    void shouldLetClientsBeyondTheLimitWait() throws Exception {
        needsTwoAtOnce();
        try (ServerFixture fixture = start(TestService.greeting(),
                with -> with.options(options -> most(options, 2, OnFull.WAIT)));
                TestClient first = fixture.connect();
                TestClient second = connectAfter(fixture, first);
                TestClient third = connectAfter(fixture, second)) {
            assertTrue(third.receivesNothingFor(A_WHILE), "the third waits");
            first.disconnect();
            assertEquals("welcome", third.line());
            assertEquals(0, fixture.server.stats().rejected());
        }
    }

    @Test
    void shouldRejectClientsBeyondTheLimit() throws Exception {
        needsTwoAtOnce();
        try (ServerFixture fixture = start(TestService.greeting(),
                with -> with.options(options -> most(options, 2, OnFull.REJECT)));
                TestClient first = fixture.connect();
                TestClient second = connectAfter(fixture, first);
                TestClient third = connectAfter(fixture, second)) {
            assertEquals("", third.textToTheEnd());
            assertEquals(Optional.of(Limit.CONNECTIONS), EventRecorder.next(fixture.events.rejected, "rejection"));
            assertEquals(1, fixture.server.stats().rejected());
            assertEquals(1, fixture.server.stats().reached().get(Limit.CONNECTIONS));
            first.disconnect();
            fixture.events.nextAccepted().await(ServerFixture.TIMEOUT);
            if (cell().hasSeveralAcceptors()) {
                // The workers learn a moment later that the limit is no longer reached.
                Eventually.until("another client is served", () -> isServed(fixture));
            } else {
                assertTrue(isServed(fixture), "another client is served");
            }
        }
    }

    private static boolean isServed(ServerFixture fixture) {
        try (TestClient client = fixture.connect()) {
            client.end();
            return client.textToTheEnd().equals("welcome\n");
        } catch (IOException e) {
            throw new UncheckedIOException("a client was neither served nor rejected", e);
        }
    }

    @Test
    void shouldQueueClientsOfAFullPoolAndThenServeThem() throws Exception {
        int threads = cell().capacity();
        appliesIf(threads > 1 && threads < 100, "pools");
        List<TestClient> clients = new ArrayList<>();
        try (ServerFixture fixture = start(TestService.greeting())) {
            for (int i = 0; i < threads; i++) {
                clients.add(fixture.connect());
                assertEquals("welcome", clients.getLast().line());
            }
            try (TestClient queued = fixture.connect()) {
                assertTrue(queued.receivesNothingFor(A_WHILE), "queued, not reset");
                clients.getFirst().close();
                assertEquals("welcome", queued.line());
            }
            for (TestClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void shouldRejectClientsBeyondThePoolsQueue() throws Exception {
        int threads = cell().capacity();
        appliesIf(threads > 1 && threads < 100, "pools");
        appliesIf(cell().execution().inner().isEmpty(), "pools of threads");
        List<TestClient> clients = new ArrayList<>();
        try (ServerFixture fixture = start(TestService.greeting(), with -> with
                .options(options -> options.withLimits(limits -> limits.withQueue(0)).withOnFull(OnFull.REJECT)))) {
            for (int i = 0; i < threads; i++) {
                clients.add(fixture.connect());
                assertEquals("welcome", clients.getLast().line());
            }
            try (TestClient rejected = fixture.connect()) {
                assertEquals("", rejected.textToTheEnd());
                assertEquals(Optional.of(Limit.QUEUE), EventRecorder.next(fixture.events.rejected, "rejection"));
            }
            for (TestClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void shouldLimitConnectionsPerAddress() throws Exception {
        needsTwoAtOnce();
        needsOneCount();
        try (ServerFixture fixture = start(TestService.greeting(),
                with -> with.options(options -> options.withLimits(limits -> limits.withConnectionsPerAddress(1))));
                TestClient first = fixture.connect();
                TestClient second = connectAfter(fixture, first)) {
            if (cell().transport().isTcp()) {
                assertEquals("", second.textToTheEnd());
                assertEquals(Optional.of(Limit.CONNECTIONS_PER_ADDRESS),
                        EventRecorder.next(fixture.events.rejected, "rejection"));
            } else {
                assertEquals("welcome", second.line(), "Unix clients have no address");
            }
        }
    }

    @Test
    void shouldRejectClientsThatAFilterRefuses() throws Exception {
        needsOneCount();
        try (ServerFixture fixture = start(TestService.greeting(), with -> with.filter(new ThrowingFilter()))) {
            for (int i = 1; i <= 4; i++) {
                try (TestClient client = fixture.connect()) {
                    assertEquals(i <= 2 ? "" : "welcome\n", drain(client));
                }
            }
            assertEquals(2, fixture.server.stats().rejected());
            assertEquals(Optional.empty(), EventRecorder.next(fixture.events.rejected, "rejection"));
            var turnedAway = fixture.events.nextAccepted();
            assertInstanceOf(dev.polyserve.Cause.Stopped.class, turnedAway.await(ServerFixture.TIMEOUT));
            assertEquals(List.of("accepted", "rejected"), fixture.events.eventsOf(turnedAway));
        }
    }

    private static String drain(TestClient client) throws Exception {
        client.end();
        return client.textToTheEnd();
    }

    /// Refuses the first connection, throws at the second, and accepts the others.
    private static final class ThrowingFilter implements dev.polyserve.ConnectionFilter {
        @Override
        public boolean accepts(dev.polyserve.ConnectionInfo connection) {
            if (connection.id() == 2) {
                throw new IllegalStateException("thrown in the filter");
            }
            return connection.id() > 2;
        }
    }
}
