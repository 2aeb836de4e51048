package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.Handler;
import dev.polyserve.Input;
import dev.polyserve.Limit;
import dev.polyserve.Options;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Clause 2: every connection ends with exactly one cause, told once and last.
abstract class EndingClause extends Clause {
    private static final Duration SHORT = Duration.ofMillis(60);
    /// It begins when the connection is accepted, and must not be over before the handler of a busy machine has begun: who never
    /// began is not told of an end.
    private static final Duration SHORT_FROM_THE_START = Duration.ofMillis(400);

    private static UnaryOperator<Options> times(UnaryOperator<Options.Timeouts> change) {
        return options -> options.withTimeouts(change);
    }

    @Test
    void shouldBeDoneByThePeerWhenItEndsFirst() throws Exception {
        try (ServerFixture stage = start(Role.echo())) {
            try (TestClient client = stage.connect()) {
                client.send("x");
                client.bytes(1);
            }
            assertEquals(done(true), stage.events.nextCause());
        }
    }

    @Test
    void shouldBeDoneByUsWhenTheHandlerEnds() throws Exception {
        try (ServerFixture stage = start(Role.closes()); TestClient client = stage.connect()) {
            assertEquals("", client.textToTheEnd());
            assertEquals(done(false), stage.events.nextCause());
        }
    }

    @Test
    void shouldResetThePeerThatItGivesUp() throws Exception {
        needsTransport(EndpointKind.TCP);
        Cause why = new Cause.TimedOut(Limit.IDLE);
        Role role = new Role(() -> connection -> {
            connection.readByte();
            connection.print("half of the answer");
            connection.flush();
            connection.reset(why);
            connection.reset(new Cause.Stopped());
        }, () -> new Protocol() {
            @Override
            public void received(Input input, Output output) throws IOException {
                input.skip(input.available());
                output.print("lost");
                output.reset(why);
            }
        });
        try (ServerFixture stage = start(role); TestClient client = stage.connect()) {
            client.send("x");
            assertThrows(IOException.class, client::toTheEnd);
            assertEquals(why, stage.events.nextCause());
        }
    }

    @Test
    void shouldTellABusyHandlerThatThePeerIsGone() throws Exception {
        needsStyle(Style.HANDLER);
        needsTransport(EndpointKind.TCP);
        Role role = new Role(() -> connection -> {
            connection.readByte();
            boolean before = connection.peerGone();
            connection.print("busy");
            connection.flush();
            long until = System.nanoTime() + ServerFixture.PATIENCE.toNanos();
            while (!connection.peerGone() && System.nanoTime() - until < 0) {
                Thread.sleep(1);
            }
            connection.reset(before ? new Cause.Stopped() : new Cause.PeerReset("told"));
        }, () -> (_, _) -> {});
        try (ServerFixture stage = start(role)) {
            TestClient client = stage.connect();
            client.send("x and what the handler never reads");
            client.bytes("busy".length());
            client.reset();
            assertEquals(new Cause.PeerReset("told"), stage.events.nextCause());
        }
    }

    @Test
    void shouldTellAcceptedOpenedClosedInThisOrderAndOnce() throws Exception {
        try (ServerFixture stage = start(Role.upper()); TestClient client = stage.connect()) {
            client.send("exit\n");
            client.toTheEnd();
            EventRecorder.Ended ended = stage.events.nextEnded();
            assertEquals(List.of("accepted", "opened", "closed"), stage.events.lifeOf(ended.connection()));
        }
    }

    @Test
    void shouldBeResetWhenThePeerResets() throws Exception {
        needsTransport(EndpointKind.TCP);
        try (ServerFixture stage = start(Role.echo()); TestClient client = stage.connect()) {
            client.send("x");
            client.bytes(1);
            client.reset();
            assertInstanceOf(Cause.PeerReset.class, stage.events.nextCause());
            assertEquals(0, stage.server.stats().failed(), "a reset is no failure of ours");
        }
    }

    @Test
    void shouldBeResetWhenThePeerIsGoneWhileWeWrite() throws Exception {
        try (ServerFixture stage = start(Role.produces(64 << 20))) {
            try (TestClient client = stage.connect()) {
                client.send("x");
                client.bytes(1);
            }
            assertInstanceOf(Cause.PeerReset.class, stage.events.nextCause());
        }
    }

    @Test
    void shouldTimeOutAClientThatNeverSays() throws Exception {
        timesOut(times(times -> times.withFirstByte(SHORT)), "", Limit.FIRST_BYTE);
    }

    @Test
    void shouldTimeOutAClientThatSaysNothingMore() throws Exception {
        timesOut(times(times -> times.withIdle(SHORT)), "hello\n", Limit.IDLE);
    }

    @Test
    void shouldEndAConversationThatLastsTooLong() throws Exception {
        timesOut(times(times -> times.withConversation(SHORT_FROM_THE_START)), "hello\n", Limit.CONVERSATION);
    }

    @Test
    void shouldKeepAShorterIdleTimeForAConnectionThatIsOpen() throws Exception {
        timesOutWhenReconfigured(times -> times.withIdle(SHORT), Limit.IDLE);
    }

    @Test
    void shouldKeepAShorterConversationForAConnectionThatIsOpen() throws Exception {
        timesOutWhenReconfigured(times -> times.withConversation(SHORT), Limit.CONVERSATION);
    }

    private void timesOutWhenReconfigured(UnaryOperator<Options.Timeouts> change, Limit limit) throws Exception {
        try (ServerFixture stage = start(Role.upper()); TestClient client = stage.connect()) {
            client.send("hello\n");
            assertEquals("HELLO", client.line());
            stage.server.reconfigure(options -> options.withTimeouts(change));
            client.awaitGone();
            assertEquals(new Cause.TimedOut(limit), stage.events.nextCause());
        }
    }

    @Test
    void shouldKeepAShorterWriteStallForAConnectionThatIsOpen() throws Exception {
        try (ServerFixture stage = start(Role.produces(64 << 20)); TestClient client = stage.connect()) {
            client.send("x");
            client.bytes(1);
            stage.server.reconfigure(options -> options.withTimeouts(times -> times.withWriteStall(SHORT)));
            assertEquals(new Cause.TimedOut(Limit.WRITE_STALL), stage.events.nextCause());
        }
    }

    private void timesOut(UnaryOperator<Options> change, String says, Limit limit) throws Exception {
        try (ServerFixture stage = start(Role.upper(), with -> with.options(change));
                TestClient client = stage.connect()) {
            client.send(says);
            client.awaitGone();
            assertEquals(new Cause.TimedOut(limit), stage.events.nextCause());
            assertEquals(1, stage.server.stats().reached().get(limit));
        }
    }

    @Test
    void shouldTimeOutAClientThatDoesNotRead() throws Exception {
        UnaryOperator<Options> change = times(times -> times.withWriteStall(SHORT));
        try (ServerFixture stage = start(Role.produces(64 << 20), with -> with.options(change));
                TestClient client = stage.connect()) {
            client.send("x");
            assertEquals(new Cause.TimedOut(Limit.WRITE_STALL), stage.events.nextCause());
        }
    }

    @Test
    void shouldTimeOutAReadThatTheHandlerLimits() throws Exception {
        needsStyle(Style.HANDLER);
        Handler handler = connection -> {
            connection.readTimeout(SHORT);
            connection.readByte();
        };
        try (ServerFixture stage = start(new Role(() -> handler, Role.echo().protocol()));
                TestClient client = stage.connect()) {
            client.awaitGone();
            assertEquals(new Cause.TimedOut(Limit.READ), stage.events.nextCause());
        }
    }

    @Test
    void shouldLetTheHandlerGoOnAfterAReadTimeout() throws Exception {
        needsStyle(Style.HANDLER);
        Handler handler = connection -> {
            connection.readTimeout(SHORT);
            for (int waits = 0; waits < 2; waits++) {
                try {
                    connection.readByte();
                } catch (dev.polyserve.TimedOutException e) {
                    connection.writeLine("still there?");
                }
            }
            connection.readTimeout(null);
            connection.writeLine(String.valueOf(connection.readLine()));
        };
        try (ServerFixture stage = start(new Role(() -> handler, Role.echo().protocol()));
                TestClient client = stage.connect()) {
            assertEquals("still there?", client.line());
            assertEquals("still there?", client.line());
            client.send("yes\n");
            assertEquals("yes\n", client.textToTheEnd());
            assertEquals(done(false), stage.events.nextCause());
        }
    }

    @Test
    void shouldKeepADeadlineThatTheHandlerSets() throws Exception {
        needsStyle(Style.HANDLER);
        Handler handler = connection -> {
            connection.deadline(SHORT);
            Role.echo(connection);
        };
        try (ServerFixture stage = start(new Role(() -> handler, Role.echo().protocol()));
                TestClient client = stage.connect()) {
            client.awaitGone();
            assertEquals(new Cause.TimedOut(Limit.CONVERSATION), stage.events.nextCause());
        }
    }

    @Test
    void shouldReachALimitWithALineThatIsTooLong() throws Exception {
        UnaryOperator<Options> change = options -> options.withLimits(limits -> limits.withFrameBytes(100));
        try (ServerFixture stage = start(Role.upper(), with -> with.options(change));
                TestClient client = stage.connect()) {
            client.send("x".repeat(100) + "\n");
            assertEquals("X".repeat(100), client.line());
            client.send("x".repeat(101) + "\n");
            assertEquals("", client.textToTheEnd());
            assertEquals(new Cause.LimitReached(Limit.FRAME), stage.events.nextCause());
        }
    }

    @Test
    void shouldBeStoppedByAnAbort() throws Exception {
        try (ServerFixture stage = start(Role.echo()); TestClient client = stage.connect()) {
            client.send("x");
            client.bytes(1);
            ConnectionFuture connection = stage.events.nextAccepted();
            connection.abort();
            assertEquals(new Cause.Stopped(), stage.events.nextCause());
            assertEquals(new Cause.Stopped(), connection.await(Duration.ofSeconds(5)));
            client.awaitGone();
        }
    }

    @Test
    void shouldAbortAConnectionWhosePeerDoesNotReadAndWhoseBuffersAreFull() throws Exception {
        try (ServerFixture stage = start(Role.produces(64 << 20)); TestClient client = stage.connect()) {
            client.send("x");
            client.bytes(1);
            ConnectionFuture connection = stage.events.nextAccepted();
            connection.abort();
            assertEquals(new Cause.Stopped(), connection.await(Duration.ofSeconds(5)));
        }
    }

    @Test
    void shouldTellAProtocolItsCauseOnceAndLast() throws Exception {
        needsStyle(Style.PROTOCOL);
        try (ServerFixture stage = start(new Role(Role.echo().handler(), Chronicle::new));
                TestClient client = stage.connect()) {
            client.send("hi");
            client.bytes(2);
            client.end();
            client.toTheEnd();
            assertEquals("[opened, received, ended, closed Done[byPeer=true]]",
                    stage.events.nextFailed().error().getMessage());
            stage.awaitOver(1);
            assertEquals(0, stage.events.failed.size(), "closed once");
        }
    }

    @Test
    void shouldFinishAHandlerOnceAndAfterItsHandling() throws Exception {
        needsStyle(Style.HANDLER);
        try (ServerFixture stage = start(new Role(Chronicle::new, Role.echo().protocol()));
                TestClient client = stage.connect()) {
            assertEquals("[setUp, handle, finish]", client.textToTheEnd(), "finish may still write, once");
            assertEquals(done(false), stage.events.nextCause());
        }
    }

    /// Writes down its calls, and tells them with the last one: to the client, or by what it throws.
    private static final class Chronicle implements Handler, Protocol {
        private final List<String> calls = new ArrayList<>();

        @Override
        public void setUp(Connection connection) {
            calls.add("setUp");
        }

        @Override
        public void handle(Connection connection) {
            calls.add("handle");
        }

        @Override
        public void finish(Connection connection) throws IOException {
            calls.add("finish");
            connection.print(calls.toString());
        }

        @Override
        public void opened(Output output) {
            calls.add("opened");
        }

        @Override
        public void received(Input input, Output output) throws IOException {
            calls.add("received");
            ByteBuffer bytes = input.takeAll();
            output.write(bytes);
        }

        @Override
        public void ended(Output output) throws IOException {
            calls.add("ended");
            output.close();
        }

        @Override
        public void closed(Cause cause) {
            calls.add("closed " + cause);
            throw new IllegalStateException(calls.toString());
        }
    }
}
