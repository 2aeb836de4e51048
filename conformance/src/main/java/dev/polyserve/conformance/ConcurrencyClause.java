package dev.polyserve.conformance;

import dev.polyserve.spi.ModelVariant;
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

/// Who is served when: A2 (two at once), A5 (a burst), A10 (limits on how many).
abstract class ConcurrencyClause extends Clause {
    private static final Duration A_WHILE = Duration.ofMillis(80);

    private static Options most(Options options, int connections, OnFull onFull) {
        return options.withMaxConnections(connections).withOnFull(onFull);
    }

    @Test
    void shouldServeASecondClientWhileTheFirstIsSilentUnlessIterative() throws Exception {
        try (ServerFixture stage = start(Role.greeting());
                TestClient first = stage.connect();
                TestClient second = connectAfter(stage, first)) {
            if (!cell().servesTwoAtOnce()) {
                assertTrue(second.hearsNothingFor(A_WHILE), "iterative serves one client after another");
                first.leave();
            }
            assertEquals("welcome", second.line());
        }
    }

    private static TestClient connectAfter(ServerFixture stage, TestClient first) throws Exception {
        assertEquals("welcome", first.line());
        return stage.connect();
    }

    @Test
    void shouldServeTwoTalkingClientsInTurnWithoutMixingThem() throws Exception {
        needsTwoAtOnce();
        try (ServerFixture stage = start(Role.upper());
                TestClient first = stage.connect();
                TestClient second = stage.connect()) {
            for (int i = 0; i < 20; i++) {
                first.send("first " + i + "\n");
                second.send("second " + i + "\n");
                assertEquals("SECOND " + i, second.line());
                assertEquals("FIRST " + i, first.line());
            }
        }
    }

    @Test
    void shouldServeABurstThatCameBeforeAnyAccept() throws Exception {
        int many = cell().times(200);
        List<TestClient> clients = new ArrayList<>();
        try (ServerFixture stage = ServerFixture.bind(cell(), Role.closes(), with -> with)) {
            for (int i = 0; i < many; i++) {
                clients.add(stage.connect());
            }
            stage.server.start();
            for (TestClient client : clients) {
                assertEquals("", client.textToTheEnd());
                client.close();
            }
            stage.awaitOver(many);
            assertEquals(many, stage.server.stats().accepted());
            assertEquals(0, stage.server.stats().active());
        }
    }

    @Test
    void shouldLetClientsBeyondTheLimitWait() throws Exception {
        needsTwoAtOnce();
        try (ServerFixture stage = start(Role.greeting(),
                with -> with.options(options -> most(options, 2, OnFull.WAIT)));
                TestClient first = stage.connect();
                TestClient second = connectAfter(stage, first);
                TestClient third = connectAfter(stage, second)) {
            assertTrue(third.hearsNothingFor(A_WHILE), "the third waits");
            first.leave();
            assertEquals("welcome", third.line());
            assertEquals(0, stage.server.stats().rejected());
        }
    }

    @Test
    void shouldTurnClientsBeyondTheLimitAway() throws Exception {
        needsTwoAtOnce();
        try (ServerFixture stage = start(Role.greeting(),
                with -> with.options(options -> most(options, 2, OnFull.REJECT)));
                TestClient first = stage.connect();
                TestClient second = connectAfter(stage, first);
                TestClient third = connectAfter(stage, second)) {
            assertEquals("", third.textToTheEnd());
            assertEquals(Optional.of(Limit.CONNECTIONS), EventRecorder.next(stage.events.rejected, "rejection"));
            assertEquals(1, stage.server.stats().rejected());
            assertEquals(1, stage.server.stats().reached().get(Limit.CONNECTIONS));
            first.leave();
            stage.events.nextAccepted().await(ServerFixture.PATIENCE);
            if (cell().hasSeveralAcceptors()) {
                // They are told a moment later that there is room again.
                Eventually.until("another client is served", () -> isServed(stage));
            } else {
                assertTrue(isServed(stage), "another client is served");
            }
        }
    }

    private static boolean isServed(ServerFixture stage) {
        try (TestClient client = stage.connect()) {
            client.end();
            return client.textToTheEnd().equals("welcome\n");
        } catch (IOException e) {
            throw new UncheckedIOException("a client was neither served nor turned away", e);
        }
    }

    @Test
    void shouldQueueClientsOfAFullPoolAndThenServeThem() throws Exception {
        int threads = cell().capacity();
        appliesIf(threads > 1 && threads < 100, "pools");
        List<TestClient> clients = new ArrayList<>();
        try (ServerFixture stage = start(Role.greeting())) {
            for (int i = 0; i < threads; i++) {
                clients.add(stage.connect());
                assertEquals("welcome", clients.getLast().line());
            }
            try (TestClient queued = stage.connect()) {
                assertTrue(queued.hearsNothingFor(A_WHILE), "queued, not reset");
                clients.getFirst().close();
                assertEquals("welcome", queued.line());
            }
            for (TestClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void shouldTurnAwayWhoDoesNotFitThePoolsQueue() throws Exception {
        int threads = cell().capacity();
        appliesIf(threads > 1 && threads < 100, "pools");
        appliesIf(!(cell().model() instanceof ModelVariant.ProcessPool), "pools of threads");
        List<TestClient> clients = new ArrayList<>();
        try (ServerFixture stage = start(Role.greeting(), with -> with
                .options(options -> options.withLimits(limits -> limits.withQueue(0)).withOnFull(OnFull.REJECT)))) {
            for (int i = 0; i < threads; i++) {
                clients.add(stage.connect());
                assertEquals("welcome", clients.getLast().line());
            }
            try (TestClient rejected = stage.connect()) {
                assertEquals("", rejected.textToTheEnd());
                assertEquals(Optional.of(Limit.QUEUE), EventRecorder.next(stage.events.rejected, "rejection"));
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
        try (ServerFixture stage = start(Role.greeting(),
                with -> with.options(options -> options.withLimits(limits -> limits.withConnectionsPerAddress(1))));
                TestClient first = stage.connect();
                TestClient second = connectAfter(stage, first)) {
            if (cell().transport() == EndpointKind.TCP) {
                assertEquals("", second.textToTheEnd());
                assertEquals(Optional.of(Limit.CONNECTIONS_PER_ADDRESS),
                        EventRecorder.next(stage.events.rejected, "rejection"));
            } else {
                assertEquals("welcome", second.line(), "Unix clients have no address");
            }
        }
    }

    @Test
    void shouldTurnAwayWhomTheListenerRefuses() throws Exception {
        needsOneCount();
        try (ServerFixture stage = start(Role.greeting(), with -> with.filter(new Doorkeeper()))) {
            for (int i = 1; i <= 4; i++) {
                try (TestClient client = stage.connect()) {
                    assertEquals(i <= 2 ? "" : "welcome\n", drain(client));
                }
            }
            assertEquals(2, stage.server.stats().rejected());
            assertEquals(Optional.empty(), EventRecorder.next(stage.events.rejected, "rejection"));
            var turnedAway = stage.events.nextAccepted();
            assertInstanceOf(dev.polyserve.Cause.Stopped.class, turnedAway.await(ServerFixture.PATIENCE));
            assertEquals(List.of("accepted", "rejected"), stage.events.lifeOf(turnedAway));
        }
    }

    private static String drain(TestClient client) throws Exception {
        client.end();
        return client.textToTheEnd();
    }

    /// Refuses the first, throws at the second, and lets the others in.
    private static final class Doorkeeper implements dev.polyserve.ConnectionFilter {
        @Override
        public boolean accepts(dev.polyserve.ConnectionInfo connection) {
            if (connection.id() == 2) {
                throw new IllegalStateException("thrown in the filter");
            }
            return connection.id() > 2;
        }
    }
}
