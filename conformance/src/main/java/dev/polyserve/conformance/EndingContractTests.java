package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Clause 2: every connection ends with exactly one cause, which is reported once, as the last event.
abstract class EndingContractTests extends ContractTests {
    private static final Duration SHORT = Duration.ofMillis(60);
    /// A limit that starts at the accept. It must not pass before the handler has begun on a busy machine, because a
    /// handler that never began is not notified of the end.
    private static final Duration SHORT_FROM_THE_START = Duration.ofMillis(400);

    private static final Duration LONGER_THAN_A_HANDSHAKE = Duration.ofMillis(900);
    /// Less than a client takes that reads slowly, and more than a busy machine lets it wait between two reads.
    private static final Duration LONGER_THAN_A_PAUSE = Duration.ofMillis(1800);

    private static UnaryOperator<Options> times(UnaryOperator<Options.Timeouts> change) {
        return options -> options.withTimeouts(change);
    }

    @Test
    void shouldBeDoneByThePeerWhenItEndsFirst() throws Exception {
        try (ServerFixture fixture = start(TestService.echo())) {
            try (TestClient client = fixture.connect()) {
                client.send("x");
                client.bytes(1);
            }
            assertEquals(done(true), fixture.events.nextCause());
        }
    }

    @Test
    void shouldBeDoneByTheServerWhenTheHandlerReturns() throws Exception {
        try (ServerFixture fixture = start(TestService.closes()); TestClient client = fixture.connect()) {
            assertEquals("", client.textToTheEnd());
            assertEquals(done(false), fixture.events.nextCause());
        }
    }

    @Test
    void shouldResetThePeerOfAnAbandonedConnection() throws Exception {
        needsTcp();
        Cause why = new Cause.TimedOut(Limit.IDLE);
        TestService service = new TestService(() -> connection -> {
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
        try (ServerFixture fixture = start(service); TestClient client = fixture.connect()) {
            client.send("x");
            assertThrows(IOException.class, client::toTheEnd);
            assertEquals(why, fixture.events.nextCause());
        }
    }

    @Test
    void shouldNotifyABusyHandlerThatThePeerIsGone() throws Exception {
        needsStyle(HandlerStyle.HANDLER);
        needsTcp();
        TestService service = new TestService(() -> connection -> {
            connection.readByte();
            boolean before = connection.peerGone();
            connection.print("busy");
            connection.flush();
            long until = System.nanoTime() + ServerFixture.TIMEOUT.toNanos();
            while (!connection.peerGone() && System.nanoTime() - until < 0) {
                Thread.sleep(1);
            }
            connection.reset(before ? new Cause.Stopped() : new Cause.PeerReset("told"));
        }, () -> (_, _) -> {});
        try (ServerFixture fixture = start(service)) {
            TestClient client = fixture.connect();
            client.send("x and what the handler never reads");
            client.bytes("busy".length());
            client.reset();
            assertEquals(new Cause.PeerReset("told"), fixture.events.nextCause());
        }
    }

    @Test
    void shouldReportAcceptedOpenedClosedInOrderAndOnce() throws Exception {
        try (ServerFixture fixture = start(TestService.upper()); TestClient client = fixture.connect()) {
            client.send("exit\n");
            client.toTheEnd();
            EventRecorder.Ended ended = fixture.events.nextEnded();
            assertEquals(List.of("accepted", "opened", "closed"), fixture.events.eventsOf(ended.connection()));
        }
    }

    @Test
    void shouldBeResetWhenThePeerResets() throws Exception {
        needsTcp();
        try (ServerFixture fixture = start(TestService.echo()); TestClient client = fixture.connect()) {
            client.send("x");
            client.bytes(1);
            client.reset();
            assertInstanceOf(Cause.PeerReset.class, fixture.events.nextCause());
            assertEquals(0, fixture.server.stats().failed(), "a reset is not a failure");
        }
    }

    @Test
    void shouldBeResetWhenThePeerIsGoneDuringAWrite() throws Exception {
        try (ServerFixture fixture = start(TestService.produces(64 << 20))) {
            try (TestClient client = fixture.connect()) {
                client.send("x");
                client.bytes(1);
            }
            assertInstanceOf(Cause.PeerReset.class, fixture.events.nextCause());
        }
    }

    @Test
    void shouldTimeOutAClientThatSendsNothing() throws Exception {
        timesOut(times(times -> times.withFirstByte(SHORT)), "", Limit.FIRST_BYTE);
    }

    @Test
    void shouldTimeOutAClientThatStopsSending() throws Exception {
        timesOut(times(times -> times.withIdle(SHORT)), "hello\n", Limit.IDLE);
    }

    @Test
    void shouldEndAConnectionThatLastsTooLong() throws Exception {
        Duration limit = cell().isTls() ? cell().within(LONGER_THAN_A_HANDSHAKE) : SHORT_FROM_THE_START;
        timesOut(times(times -> times.withConversation(limit)), "hello\n", Limit.CONVERSATION);
    }

    @Test
    void shouldApplyAShorterIdleTimeToAnOpenConnection() throws Exception {
        timesOutWhenReconfigured(times -> times.withIdle(SHORT), Limit.IDLE);
    }

    @Test
    void shouldApplyAShorterConversationLimitToAnOpenConnection() throws Exception {
        timesOutWhenReconfigured(times -> times.withConversation(SHORT), Limit.CONVERSATION);
    }

    private void timesOutWhenReconfigured(UnaryOperator<Options.Timeouts> change, Limit limit) throws Exception {
        try (ServerFixture fixture = start(TestService.upper()); TestClient client = fixture.connect()) {
            client.send("hello\n");
            assertEquals("HELLO", client.line());
            fixture.server.reconfigure(options -> options.withTimeouts(change));
            client.awaitClosed();
            assertEquals(new Cause.TimedOut(limit), fixture.events.nextCause());
        }
    }

    @Test
    void shouldApplyAShorterWriteStallToAnOpenConnection() throws Exception {
        try (ServerFixture fixture = start(TestService.produces(64 << 20)); TestClient client = fixture.connect()) {
            client.send("x");
            client.bytes(1);
            fixture.server.reconfigure(options -> options.withTimeouts(times -> times.withWriteStall(SHORT)));
            assertEquals(new Cause.TimedOut(Limit.WRITE_STALL), fixture.events.nextCause());
        }
    }

    private void timesOut(UnaryOperator<Options> change, String says, Limit limit) throws Exception {
        try (ServerFixture fixture = start(TestService.upper(), with -> with.options(change));
                TestClient client = fixture.connect()) {
            client.send(says);
            client.awaitClosed();
            assertEquals(new Cause.TimedOut(limit), fixture.events.nextCause());
            assertEquals(1, fixture.server.stats().reached().get(limit));
        }
    }

    @Test
    void shouldTimeOutAClientThatDoesNotRead() throws Exception {
        UnaryOperator<Options> change = times(times -> times.withWriteStall(SHORT));
        try (ServerFixture fixture = start(TestService.produces(64 << 20), with -> with.options(change));
                TestClient client = fixture.connect()) {
            client.send("x");
            assertEquals(new Cause.TimedOut(Limit.WRITE_STALL), fixture.events.nextCause());
        }
    }

    /// The system reports no room meanwhile: that takes a third of the send buffer, 5 s at this pace.
    @Test
    void shouldNotTimeOutAClientThatReadsSlowly() throws Exception {
        needsTcp();
        appliesIf(cell().hasDescriptors(), "models on descriptors");
        UnaryOperator<Options> change = times(times -> times.withWriteStall(LONGER_THAN_A_PAUSE));
        byte[] expected = new byte[4 << 20];
        TestService.number(expected, 0);
        try (ServerFixture fixture = start(TestService.answersAndEnds(expected.length), with -> with.options(change));
                TestClient client = fixture.connectWithSmallReceiveBuffer()) {
            client.send("x");
            byte[] slowly = client.bytesSlowly(400 << 10, 8 << 10, Duration.ofMillis(50));
            assertArrayEquals(Arrays.copyOf(expected, slowly.length), slowly);
            assertArrayEquals(Arrays.copyOfRange(expected, slowly.length, expected.length), client.toTheEnd());
            client.disconnect();
            assertEquals(done(false), fixture.events.nextCause());
        }
    }

    @Test
    void shouldTimeOutAReadThatTheHandlerLimits() throws Exception {
        needsStyle(HandlerStyle.HANDLER);
        Handler handler = connection -> {
            connection.readTimeout(SHORT);
            connection.readByte();
        };
        try (ServerFixture fixture = start(new TestService(() -> handler, TestService.echo().protocol()));
                TestClient client = fixture.connect()) {
            client.awaitClosed();
            assertEquals(new Cause.TimedOut(Limit.READ), fixture.events.nextCause());
        }
    }

    @Test
    void shouldLetTheHandlerContinueAfterAReadTimeout() throws Exception {
        needsStyle(HandlerStyle.HANDLER);
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
        try (ServerFixture fixture = start(new TestService(() -> handler, TestService.echo().protocol()));
                TestClient client = fixture.connect()) {
            assertEquals("still there?", client.line());
            assertEquals("still there?", client.line());
            client.send("yes\n");
            assertEquals("yes\n", client.textToTheEnd());
            assertEquals(done(false), fixture.events.nextCause());
        }
    }

    @Test
    void shouldEnforceADeadlineThatTheHandlerSets() throws Exception {
        needsStyle(HandlerStyle.HANDLER);
        Handler handler = connection -> {
            connection.deadline(SHORT);
            TestService.echo(connection);
        };
        try (ServerFixture fixture = start(new TestService(() -> handler, TestService.echo().protocol()));
                TestClient client = fixture.connect()) {
            client.awaitClosed();
            assertEquals(new Cause.TimedOut(Limit.CONVERSATION), fixture.events.nextCause());
        }
    }

    @Test
    void shouldReachALimitWithALineThatIsTooLong() throws Exception {
        UnaryOperator<Options> change = options -> options.withLimits(limits -> limits.withFrameBytes(100));
        try (ServerFixture fixture = start(TestService.upper(), with -> with.options(change));
                TestClient client = fixture.connect()) {
            client.send("x".repeat(100) + "\n");
            assertEquals("X".repeat(100), client.line());
            client.send("x".repeat(101) + "\n");
            assertEquals("", client.textToTheEnd());
            assertEquals(new Cause.LimitReached(Limit.FRAME), fixture.events.nextCause());
        }
    }

    @Test
    void shouldBeStoppedByAnAbort() throws Exception {
        try (ServerFixture fixture = start(TestService.echo()); TestClient client = fixture.connect()) {
            client.send("x");
            client.bytes(1);
            ConnectionFuture connection = fixture.events.nextAccepted();
            connection.abort();
            assertEquals(new Cause.Stopped(), fixture.events.nextCause());
            assertEquals(new Cause.Stopped(), connection.await(Duration.ofSeconds(5)));
            client.awaitClosed();
        }
    }

    @Test
    void shouldAbortAConnectionWhosePeerDoesNotReadAndWhoseBuffersAreFull() throws Exception {
        try (ServerFixture fixture = start(TestService.produces(64 << 20)); TestClient client = fixture.connect()) {
            client.send("x");
            client.bytes(1);
            ConnectionFuture connection = fixture.events.nextAccepted();
            connection.abort();
            assertEquals(new Cause.Stopped(), connection.await(Duration.ofSeconds(5)));
        }
    }

    @Test
    void shouldReportTheCauseToAProtocolOnceAndLast() throws Exception {
        needsStyle(HandlerStyle.PROTOCOL);
        try (ServerFixture fixture = start(new TestService(TestService.echo().handler(), CallRecorder::new));
                TestClient client = fixture.connect()) {
            client.send("hi");
            client.bytes(2);
            client.end();
            client.toTheEnd();
            assertEquals("[opened, received, ended, closed Done[byPeer=true]]",
                    fixture.events.nextFailed().error().getMessage());
            fixture.awaitOver(1);
            assertEquals(0, fixture.events.failed.size(), "closed once");
        }
    }

    @Test
    void shouldFinishAHandlerOnceAndAfterItsHandling() throws Exception {
        needsStyle(HandlerStyle.HANDLER);
        try (ServerFixture fixture = start(new TestService(CallRecorder::new, TestService.echo().protocol()));
                TestClient client = fixture.connect()) {
            assertEquals("[setUp, handle, finish]", client.textToTheEnd(), "finish may still write, once");
            assertEquals(done(false), fixture.events.nextCause());
        }
    }

    /// Records its calls and reports them with the last one: to the client, or in its exception.
    private static final class CallRecorder implements Handler, Protocol {
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
