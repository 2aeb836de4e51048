package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.Handler;
import dev.polyserve.Input;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import java.net.SocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Clause 7: a handler that throws loses its own connection only, and is reported once (A8, A4).
abstract class FailureClause extends Clause {
    /// Where a handler may throw.
    enum Place {
        FACTORY, SET_UP, HANDLE, FINISH, OPENED, RECEIVED, ENDED
    }

    @ParameterizedTest
    @EnumSource
    void shouldReportOnceAndCloseWhereverTheHandlerThrows(Place place) throws Exception {
        boolean handlers = cell().style() == Style.HANDLER;
        appliesIf(place == Place.FACTORY || handlers == place.compareTo(Place.OPENED) < 0,
                "a style that has this method");
        IllegalStateException error = new IllegalStateException("thrown in " + place);
        try (ServerFixture stage = start(new Role(() -> throwing(place, error), () -> throwing(place, error)));
                TestClient client = stage.connect()) {
            SocketAddress peer = client.local();
            if (place == Place.RECEIVED) {
                client.send("x");
            }
            client.end();
            client.awaitGone();
            EventRecorder.Ended ended = stage.events.nextEnded();
            assertFailed(error, ended.cause());
            EventRecorder.Failure failure = stage.events.nextFailed();
            assertThrown(error, failure.error());
            if (cell().transport() == EndpointKind.TCP) {
                assertEquals(peer, failure.peer(), "the report names the peer");
            }
            assertEquals(List.of("accepted", "opened", "failed", "closed"), stage.events.lifeOf(ended.connection()));
            assertEquals(1, stage.server.stats().failed());
        }
    }

    static Stream<Throwable> errors() {
        return Stream.of(new java.io.IOException("ordinary"), new RuntimeException("unchecked"),
                new OutOfMemoryError("pretended"), new StackOverflowError("pretended"),
                new LinkageError("wrong signature"),
                new InterruptedException("pretended"));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void shouldSurviveWhateverIsThrown(Throwable error) throws Exception {
        Role role = new Role(() -> connection -> {
            connection.readByte();
            sneak(error);
        }, () -> (_, _) -> sneak(error));
        try (ServerFixture stage = start(role)) {
            for (int i = 0; i < 2; i++) {
                try (TestClient client = stage.connect()) {
                    client.send("x");
                    client.awaitGone();
                    assertFailed(error, stage.events.nextCause());
                }
            }
        }
    }

    @Test
    void shouldLeaveOtherConnectionsAlone() throws Exception {
        needsTwoAtOnce();
        try (ServerFixture stage = start(Role.upper());
                TestClient good = stage.connect();
                TestClient bad = stage.connect()) {
            good.send("before\n");
            assertEquals("BEFORE", good.line());
            bad.send("boom\n");
            bad.awaitGone();
            good.send("after\n");
            assertEquals("AFTER", good.line());
        }
    }

    @Test
    void shouldSendWhatWasWrittenBeforeTheFailure() throws Exception {
        try (ServerFixture stage = start(Role.upper()); TestClient client = stage.connect()) {
            client.send("first\nboom\n");
            assertEquals("FIRST\n", client.textToTheEnd());
        }
    }

    @Test
    void shouldCallDoneExactlyOncePerConnection() throws Exception {
        BlockingQueue<Long> calls = new LinkedBlockingQueue<>();
        try (ServerFixture stage = start(Role.upper(), with -> with.listener(new dev.polyserve.ServerListener() {
            @Override
            public void accepted(dev.polyserve.ConnectionFuture connection) {
                connection.onDone(over -> calls.add(over.id()));
            }
        }))) {
            for (String says : List.of("boom\n", "exit\n", "")) {
                try (TestClient client = stage.connect()) {
                    client.send(says);
                    client.end();
                    client.awaitGone();
                }
                EventRecorder.Ended ended = stage.events.nextEnded();
                stage.events.nextAccepted().await(java.time.Duration.ofSeconds(5));
                assertEquals(1, stage.events.lifeOf(ended.connection()).stream().filter("closed"::equals).count());
            }
        }
        Set<Long> called = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            called.add(EventRecorder.next(calls, "call"));
        }
        assertEquals(Set.of(1L, 2L, 3L), called);
        assertEquals(0, calls.size(), "once each");
    }

    @Test
    void shouldReportAProtocolThatThrowsWhenClosed() throws Exception {
        needsStyle(Style.PROTOCOL);
        Role role = new Role(Role.echo().handler(), () -> new Protocol() {
            @Override
            public void received(Input input, Output output) {
                input.skip(input.available());
            }

            @Override
            public void closed(Cause cause) {
                throw new IllegalStateException("thrown in closed");
            }
        });
        try (ServerFixture stage = start(role); TestClient client = stage.connect()) {
            client.end();
            client.toTheEnd();
            assertEquals("thrown in closed", stage.events.nextFailed().error().getMessage());
            assertEquals(done(true), stage.events.nextCause(), "it had ended well before");
        }
    }

    @Test
    void shouldLiveThroughManyResets() throws Exception {
        needsTransport(EndpointKind.TCP);
        try (ServerFixture stage = start(Role.echo())) {
            int resets = cell().times(50);
            for (int i = 0; i < resets; i++) {
                TestClient client = stage.connect();
                client.send("x".repeat(1 + i * 100));
                client.reset();
            }
            stage.awaitOver(resets);
            assertEquals(0, stage.server.stats().active());
            assertEquals(0, stage.server.stats().failed());
            try (TestClient client = stage.connect()) {
                client.send("x");
                assertEquals(1, client.bytes(1).length);
            }
        }
    }

    private static Throwing throwing(Place place, RuntimeException error) {
        if (place == Place.FACTORY) {
            throw error;
        }
        return new Throwing(place, error);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable error) throws T {
        throw (T) error;
    }

    private record Throwing(Place place, RuntimeException error) implements Handler, Protocol {
        private void at(Place here) {
            if (here == place) {
                throw error;
            }
        }

        @Override
        public void setUp(Connection connection) {
            at(Place.SET_UP);
        }

        @Override
        public void handle(Connection connection) {
            at(Place.HANDLE);
        }

        @Override
        public void finish(Connection connection) {
            at(Place.FINISH);
        }

        @Override
        public void opened(Output output) {
            at(Place.OPENED);
        }

        @Override
        public void received(Input input, Output output) {
            at(Place.RECEIVED);
            input.skip(input.available());
        }

        @Override
        public void ended(Output output) throws java.io.IOException {
            at(Place.ENDED);
            output.close();
        }
    }
}
