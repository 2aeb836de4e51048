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

/// Clause 7: a handler that throws ends only its own connection and is reported once (A8, A4).
abstract class FailureContractTests extends ContractTests {
    /// The method in which the handler throws.
    enum Place {
        FACTORY, SET_UP, HANDLE, FINISH, OPENED, RECEIVED, ENDED
    }

    @ParameterizedTest
    @EnumSource
    void shouldReportOnceAndCloseWhereverTheHandlerThrows(Place place) throws Exception {
        boolean handlers = cell().style() == HandlerStyle.HANDLER;
        appliesIf(place == Place.FACTORY || handlers == place.compareTo(Place.OPENED) < 0,
                "a style that has this method");
        IllegalStateException error = new IllegalStateException("thrown in " + place);
        try (ServerFixture fixture = start(new TestService(() -> throwing(place, error), () -> throwing(place, error)));
                TestClient client = fixture.connect()) {
            SocketAddress peer = client.local();
            if (place == Place.RECEIVED) {
                client.send("x");
            }
            client.end();
            client.awaitClosed();
            EventRecorder.Ended ended = fixture.events.nextEnded();
            assertFailed(error, ended.cause());
            EventRecorder.Failure failure = fixture.events.nextFailed();
            assertThrown(error, failure.error());
            if (cell().transport().isTcp()) {
                assertEquals(peer, failure.peer(), "the report names the peer");
            }
            assertEquals(List.of("accepted", "opened", "failed", "closed"),
                    fixture.events.eventsOf(ended.connection()));
            assertEquals(1, fixture.server.stats().failed());
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
    void shouldSurviveEveryThrowable(Throwable error) throws Exception {
        TestService service = new TestService(() -> connection -> {
            connection.readByte();
            sneak(error);
        }, () -> (_, _) -> sneak(error));
        try (ServerFixture fixture = start(service)) {
            for (int i = 0; i < 2; i++) {
                try (TestClient client = fixture.connect()) {
                    client.send("x");
                    client.awaitClosed();
                    assertFailed(error, fixture.events.nextCause());
                }
            }
        }
    }

    @Test
    void shouldNotAffectOtherConnections() throws Exception {
        needsTwoAtOnce();
        try (ServerFixture fixture = start(TestService.upper());
                TestClient good = fixture.connect();
                TestClient bad = fixture.connect()) {
            good.send("before\n");
            assertEquals("BEFORE", good.line());
            bad.send("boom\n");
            bad.awaitClosed();
            good.send("after\n");
            assertEquals("AFTER", good.line());
        }
    }

    @Test
    void shouldSendBytesWrittenBeforeTheFailure() throws Exception {
        try (ServerFixture fixture = start(TestService.upper()); TestClient client = fixture.connect()) {
            client.send("first\nboom\n");
            assertEquals("FIRST\n", client.textToTheEnd());
        }
    }

    @Test
    void shouldCallDoneExactlyOncePerConnection() throws Exception {
        BlockingQueue<Long> calls = new LinkedBlockingQueue<>();
        try (ServerFixture fixture = start(TestService.upper(),
                with -> with.listener(new dev.polyserve.ServerListener() {
                    @Override
                    public void accepted(dev.polyserve.ConnectionFuture connection) {
                        connection.onDone(over -> calls.add(over.id()));
                    }
                }))) {
            for (String says : List.of("boom\n", "exit\n", "")) {
                try (TestClient client = fixture.connect()) {
                    client.send(says);
                    client.end();
                    client.awaitClosed();
                }
                EventRecorder.Ended ended = fixture.events.nextEnded();
                fixture.events.nextAccepted().await(java.time.Duration.ofSeconds(5));
                assertEquals(1, fixture.events.eventsOf(ended.connection()).stream().filter("closed"::equals).count());
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
        needsStyle(HandlerStyle.PROTOCOL);
        TestService service = new TestService(TestService.echo().handler(), () -> new Protocol() {
            @Override
            public void received(Input input, Output output) {
                input.skip(input.available());
            }

            @Override
            public void closed(Cause cause) {
                throw new IllegalStateException("thrown in closed");
            }
        });
        try (ServerFixture fixture = start(service); TestClient client = fixture.connect()) {
            client.end();
            client.toTheEnd();
            assertEquals("thrown in closed", fixture.events.nextFailed().error().getMessage());
            assertEquals(done(true), fixture.events.nextCause(), "the connection had ended normally before");
        }
    }

    @Test
    void shouldSurviveManyResets() throws Exception {
        needsTcp();
        try (ServerFixture fixture = start(TestService.echo())) {
            int resets = cell().times(50);
            for (int i = 0; i < resets; i++) {
                TestClient client = fixture.connect();
                client.send("x".repeat(1 + i * 100));
                client.reset();
            }
            fixture.awaitOver(resets);
            assertEquals(0, fixture.server.stats().active());
            assertEquals(0, fixture.server.stats().failed());
            try (TestClient client = fixture.connect()) {
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
