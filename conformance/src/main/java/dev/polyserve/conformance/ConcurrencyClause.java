package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
        try (Stage stage = start(Role.greeting());
                Client first = stage.connect();
                Client second = connectAfter(stage, first)) {
            if (!cell().servesTwoAtOnce()) {
                assertTrue(second.hearsNothingFor(A_WHILE), "iterative serves one client after another");
                first.leave();
            }
            assertEquals("welcome", second.line());
        }
    }

    private static Client connectAfter(Stage stage, Client first) throws Exception {
        assertEquals("welcome", first.line());
        return stage.connect();
    }

    @Test
    void shouldServeTwoTalkingClientsInTurnWithoutMixingThem() throws Exception {
        needsTwoAtOnce();
        try (Stage stage = start(Role.upper()); Client first = stage.connect(); Client second = stage.connect()) {
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
        List<Client> clients = new ArrayList<>();
        try (Stage stage = Stage.bind(cell(), Role.closes(), with -> with)) {
            for (int i = 0; i < many; i++) {
                clients.add(stage.connect());
            }
            stage.server.start();
            for (Client client : clients) {
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
        try (Stage stage = start(Role.greeting(), with -> with.options(options -> most(options, 2, OnFull.WAIT)));
                Client first = stage.connect();
                Client second = connectAfter(stage, first);
                Client third = connectAfter(stage, second)) {
            assertTrue(third.hearsNothingFor(A_WHILE), "the third waits");
            first.leave();
            assertEquals("welcome", third.line());
            assertEquals(0, stage.server.stats().rejected());
        }
    }

    @Test
    void shouldTurnClientsBeyondTheLimitAway() throws Exception {
        needsTwoAtOnce();
        try (Stage stage = start(Role.greeting(), with -> with.options(options -> most(options, 2, OnFull.REJECT)));
                Client first = stage.connect();
                Client second = connectAfter(stage, first);
                Client third = connectAfter(stage, second)) {
            assertEquals("", third.textToTheEnd());
            assertEquals(Optional.of(Limit.CONNECTIONS), Recorder.next(stage.events.rejected, "rejection"));
            assertEquals(1, stage.server.stats().rejected());
            assertEquals(1, stage.server.stats().reached().get(Limit.CONNECTIONS));
            first.leave();
            stage.events.nextAccepted().await(Stage.PATIENCE);
            if (cell().hasSeveralAcceptors()) {
                // They are told a moment later that there is room again.
                Patiently.until("another client is served", () -> isServed(stage));
            } else {
                assertTrue(isServed(stage), "another client is served");
            }
        }
    }

    private static boolean isServed(Stage stage) {
        try (Client client = stage.connect()) {
            client.end();
            return client.textToTheEnd().equals("welcome\n");
        } catch (IOException e) {
            throw new UncheckedIOException("a client was neither served nor turned away", e);
        }
    }

    @Test
    void shouldQueueClientsOfAFullPoolAndThenServeThem() throws Exception {
        int threads = cell().capacity();
        assumeTrue(threads > 1 && threads < 100, "for pools");
        List<Client> clients = new ArrayList<>();
        try (Stage stage = start(Role.greeting())) {
            for (int i = 0; i < threads; i++) {
                clients.add(stage.connect());
                assertEquals("welcome", clients.getLast().line());
            }
            try (Client queued = stage.connect()) {
                assertTrue(queued.hearsNothingFor(A_WHILE), "queued, not reset");
                clients.getFirst().close();
                assertEquals("welcome", queued.line());
            }
            for (Client client : clients) {
                client.close();
            }
        }
    }

    @Test
    void shouldTurnAwayWhoDoesNotFitThePoolsQueue() throws Exception {
        int threads = cell().capacity();
        assumeTrue(threads > 1 && threads < 100, "for pools");
        assumeTrue(!(cell().model() instanceof dev.polyserve.Model.ProcessPool),
                "workers of one client each leave others to the system");
        List<Client> clients = new ArrayList<>();
        try (Stage stage = start(Role.greeting(), with -> with
                .options(options -> options.withLimits(limits -> limits.withQueue(0)).withOnFull(OnFull.REJECT)))) {
            for (int i = 0; i < threads; i++) {
                clients.add(stage.connect());
                assertEquals("welcome", clients.getLast().line());
            }
            try (Client rejected = stage.connect()) {
                assertEquals("", rejected.textToTheEnd());
                assertEquals(Optional.of(Limit.QUEUE), Recorder.next(stage.events.rejected, "rejection"));
            }
            for (Client client : clients) {
                client.close();
            }
        }
    }

    @Test
    void shouldLimitConnectionsPerAddress() throws Exception {
        needsTwoAtOnce();
        needsOneCount();
        try (Stage stage = start(Role.greeting(),
                with -> with.options(options -> options.withLimits(limits -> limits.withConnectionsPerAddress(1))));
                Client first = stage.connect();
                Client second = connectAfter(stage, first)) {
            if (cell().transport() == Transport.TCP) {
                assertEquals("", second.textToTheEnd());
                assertEquals(Optional.of(Limit.CONNECTIONS_PER_ADDRESS),
                        Recorder.next(stage.events.rejected, "rejection"));
            } else {
                assertEquals("welcome", second.line(), "Unix clients have no address");
            }
        }
    }

    @Test
    void shouldTurnAwayWhomTheListenerRefuses() throws Exception {
        needsOneCount();
        try (Stage stage = start(Role.greeting(), with -> with.listener(new Doorkeeper()))) {
            for (int i = 1; i <= 4; i++) {
                try (Client client = stage.connect()) {
                    assertEquals(i <= 2 ? "" : "welcome\n", drain(client));
                }
            }
            assertEquals(2, stage.server.stats().rejected());
            assertEquals(Optional.empty(), Recorder.next(stage.events.rejected, "rejection"));
            var turnedAway = stage.events.nextAccepted();
            assertInstanceOf(dev.polyserve.Cause.Stopped.class, turnedAway.await(Stage.PATIENCE));
            assertEquals(List.of("accepted", "rejected"), stage.events.lifeOf(turnedAway));
        }
    }

    private static String drain(Client client) throws Exception {
        client.end();
        return client.textToTheEnd();
    }

    /// Refuses the first, throws at the second, and lets the others in.
    private static final class Doorkeeper implements dev.polyserve.ServerListener {
        @Override
        public boolean verify(dev.polyserve.ConnectionInfo connection) {
            if (connection.id() == 2) {
                throw new IllegalStateException("thrown in verify");
            }
            return connection.id() > 2;
        }
    }
}
