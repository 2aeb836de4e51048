package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Cause;
import dev.polyserve.Codec;
import dev.polyserve.DrainReport;
import dev.polyserve.Framing;
import dev.polyserve.MessageHandler;
import dev.polyserve.Output;
import dev.polyserve.ServerBuilder;
import dev.polyserve.coroutine.carrier.Carrier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// A handler of messages may wait; its messages are handled one at a time, or as many at once as is asked for.
abstract class MessagesContractTests extends ContractTests {
    private static final Duration BLOCKED = Duration.ofMillis(150);
    private static final int KERNEL_BYTES = 24 << 20;
    private static final Duration PAUSE = Duration.ofMillis(5);
    private static final int AT_ONCE = 3;

    private ServerFixture lines(MessageHandler<String> shared) throws IOException {
        return lines(shared, with -> with);
    }

    private ServerFixture lines(MessageHandler<String> shared, UnaryOperator<ServerBuilder> with)
            throws IOException {
        return messages(Framing.lines(), () -> shared, with);
    }

    private <T> ServerFixture messages(Codec<T> codec, Supplier<? extends MessageHandler<T>> factory)
            throws IOException {
        return messages(codec, factory, with -> with);
    }

    /// Starts a server of messages; skips the test in a cell of another style.
    private <T> ServerFixture messages(Codec<T> codec, Supplier<? extends MessageHandler<T>> factory,
            UnaryOperator<ServerBuilder> with) throws IOException {
        needsStyle(HandlerStyle.MESSAGES);
        return start(TestService.ofMessages(codec, factory), with);
    }

    /// Skips the test where a connection has one thread, or handlers share no memory with the test.
    private void needsSeveralInFlight() {
        needsOneProcess();
        appliesIf(cell().runsOnLoops() && Carrier.whyNot().isEmpty(), "handlers on their loop's own thread");
    }

    @Test
    void shouldCallOpenedThenTheMessagesThenEndedThenClosedOnce() throws Exception {
        try (ServerFixture fixture = messages(Framing.lines(), CallRecorder::new);
                TestClient client = fixture.connect()) {
            client.send("one\ntwo\n");
            assertEquals("one", client.line());
            assertEquals("two", client.line());
            client.end();
            assertEquals("[opened, one, two, ended]", client.textToTheEnd());
            assertEquals("[opened, one, two, ended, closed Done[byPeer=true]]",
                    fixture.events.nextFailed().error().getMessage());
            assertEquals(done(true), fixture.events.nextCause());
            fixture.awaitOver(1);
            assertEquals(0, fixture.events.failed.size(), "closed once");
        }
    }

    @Test
    void shouldHandleOneMessageAtATimeThoughItsHandlerWaits() throws Exception {
        try (ServerFixture fixture = messages(Framing.lines(), Exclusive::new)) {
            List<TestClient> clients = new ArrayList<>();
            for (int i = 0; i < Math.min(AT_ONCE, cell().capacity()); i++) {
                clients.add(fixture.connect());
                clients.getLast().send("a\nb\nc\nlast");
                clients.getLast().end();
            }
            for (TestClient client : clients) {
                assertEquals("a 1\nb 2\nc 3\nlast 4\n", client.textToTheEnd());
                client.close();
            }
            assertEquals(0, fixture.server.stats().failed());
        }
    }

    @Test
    void shouldServeOthersWhileAHandlerWaits() throws Exception {
        needsTwoAtOnce();
        needsOneProcess();
        CountDownLatch released = new CountDownLatch(1);
        try (ServerFixture fixture = lines((line, client) -> {
            if (line.equals("wait")) {
                released.await();
            }
            client.writeLine(line);
        }); TestClient waiting = fixture.connect(); TestClient other = fixture.connect()) {
            waiting.send("wait\n");
            for (int i = 0; i < 10; i++) {
                other.send("hello\n");
                assertEquals("hello", other.line());
            }
            released.countDown();
            assertEquals("wait", waiting.line());
        }
    }

    @Test
    void shouldSendEarlierRepliesWhileALaterHandlerWaits() throws Exception {
        needsSeveralInFlight();
        CountDownLatch released = new CountDownLatch(1);
        try (ServerFixture fixture = lines((line, client) -> {
            client.print(line);
            if (line.equals("wait")) {
                released.await();
            }
            client.print(".");
        }); TestClient client = fixture.connect()) {
            client.send("a\nb\nwait\n");
            assertEquals("a.b.", text(client.bytes(4)));
            released.countDown();
            assertEquals("wait.", text(client.bytes(5)));
        }
    }

    @Test
    void shouldSendWhatAHandlerFlushes() throws Exception {
        needsOneProcess();
        CountDownLatch released = new CountDownLatch(1);
        try (ServerFixture fixture = lines((line, client) -> {
            client.print(line);
            client.flush();
            released.await();
            client.print(" done");
        }); TestClient client = fixture.connect()) {
            client.send("half\n");
            assertEquals("half", text(client.bytes(4)));
            client.end();
            released.countDown();
            assertEquals(" done", client.textToTheEnd());
        }
    }

    @Test
    void shouldReadNoFurtherWhileAHandlerWaits() throws Exception {
        needsOneProcess();
        CountDownLatch released = new CountDownLatch(1);
        try (ServerFixture fixture = messages(Framing.fixedLength(1), () -> (message, client) -> {
            if (message[0] == 'w') {
                released.await();
            }
        }); TestClient client = fixture.connect()) {
            client.send("w");
            int taken = client.sendUntilBlocked(ByteBuffer.allocate(KERNEL_BYTES), BLOCKED);
            assertTrue(taken < KERNEL_BYTES, () -> taken + " bytes were read while a handler waits");
            assertTrue(fixture.server.stats().bufferedBytes() <= 1 << 20, "buffered: " + fixture.server.stats());
            released.countDown();
            client.end();
            assertEquals("", client.textToTheEnd());
            assertEquals(done(true), fixture.events.nextCause());
        }
    }

    @Test
    void shouldHandleSeveralAtOnceAndReplyInTheirOrder() throws Exception {
        needsSeveralInFlight();
        CountDownLatch allIn = new CountDownLatch(AT_ONCE);
        Semaphore inside = new Semaphore(AT_ONCE);
        try (ServerFixture fixture = lines((line, client) -> {
            if (!inside.tryAcquire()) {
                throw new IllegalStateException("more at once than is allowed");
            }
            allIn.countDown();
            allIn.await();
            Thread.sleep(line.equals("0") ? PAUSE.multipliedBy(4) : PAUSE);
            client.writeLine(line);
            inside.release();
        }, with -> with.inFlight(AT_ONCE)); TestClient client = fixture.connect()) {
            StringBuilder expected = new StringBuilder();
            for (int i = 0; i < 20; i++) {
                expected.append(i).append('\n');
            }
            client.send(expected.toString());
            client.end();
            assertEquals(expected.toString(), client.textToTheEnd());
            assertEquals(done(true), fixture.events.nextCause());
        }
    }

    @Test
    void shouldReplyAsMessagesAreHandledWhereThatIsAskedFor() throws Exception {
        needsSeveralInFlight();
        CountDownLatch released = new CountDownLatch(1);
        try (ServerFixture fixture = lines((line, client) -> {
            if (line.equals("slow")) {
                released.await();
            }
            client.writeLine(line);
        }, with -> with.inFlightUnordered(2)); TestClient client = fixture.connect()) {
            client.send("slow\nfast\nfaster\n");
            assertEquals("fast", client.line());
            assertEquals("faster", client.line());
            released.countDown();
            assertEquals("slow", client.line());
        }
    }

    @Test
    void shouldSendAReplyInOnePieceThoughAPartOfItWasSentBeforeOthersWereReady() throws Exception {
        needsSeveralInFlight();
        int bytes = 300_000;
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        try (ServerFixture fixture = lines((line, client) -> {
            if (line.equals("long")) {
                client.print("x".repeat(bytes));
                begun.countDown();
                released.await();
            }
            begun.await();
            client.writeLine(line);
            if (line.equals("release")) {
                released.countDown();
            }
        }, with -> with.inFlightUnordered(AT_ONCE)); TestClient client = fixture.connect()) {
            client.send("long\nshort\nrelease\n");
            client.end();
            String all = client.textToTheEnd();
            assertEquals(bytes + "long\nshort\nrelease\n".length(), all.length());
            assertEquals("x".repeat(bytes) + "long\n", all.substring(0, bytes + "long\n".length()), "in one piece");
        }
    }

    @Test
    void shouldSendOtherRepliesOnceAFlushEndsAPieceOfALongOne() throws Exception {
        needsSeveralInFlight();
        int bytes = 300_000;
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch handled = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        try (ServerFixture fixture = lines((line, client) -> {
            if (line.equals("long")) {
                client.print("x".repeat(bytes));
                begun.countDown();
                handled.await();
                client.flush();
                released.await();
            }
            begun.await();
            client.writeLine(line);
            if (line.equals("short")) {
                handled.countDown();
            }
        }, with -> with.inFlightUnordered(AT_ONCE)); TestClient client = fixture.connect()) {
            client.send("long\nshort\n");
            assertEquals("x".repeat(bytes) + "short", client.line());
            released.countDown();
            assertEquals("long", client.line());
        }
    }

    @Test
    void shouldKeepTheOrderOfLongRepliesThatAPeerReadsSlowly() throws Exception {
        int bytes = 300_000;
        try (ServerFixture fixture = lines((line, client) -> {
            byte[] piece = new byte[bytes];
            java.util.Arrays.fill(piece, (byte) line.charAt(0));
            client.write(piece);
        }, with -> with.inFlight(AT_ONCE)); TestClient client = fixture.connect()) {
            client.send("a\nb\nc\nd\ne\nf\n");
            client.end();
            String all = client.textToTheEnd();
            assertEquals(6 * bytes, all.length());
            for (int i = 0; i < 6; i++) {
                assertTrue(all.substring(i * bytes, (i + 1) * bytes).chars().distinct().count() == 1, "in one piece");
                assertEquals('a' + i, all.charAt(i * bytes));
            }
        }
    }

    @Test
    void shouldAnswerEverythingBeforeTheEndWhenMessagesWait() throws Exception {
        try (ServerFixture fixture = lines((line, client) -> {
            Thread.sleep(PAUSE);
            client.writeLine(line);
        }, with -> with.inFlight(2)); TestClient client = fixture.connect()) {
            client.send("one\ntwo\nthree\nfour");
            client.end();
            assertEquals("one\ntwo\nthree\nfour\n", client.textToTheEnd());
            assertEquals(done(true), fixture.events.nextCause());
        }
    }

    @Test
    void shouldEndOnlyTheConnectionOfAHandlerThatThrowsAfterAWait() throws Exception {
        needsTwoAtOnce();
        try (ServerFixture fixture = lines((line, client) -> {
            client.writeLine(line);
            if (line.equals("boom")) {
                Thread.sleep(PAUSE);
                throw new IllegalStateException("boom");
            }
        }); TestClient good = fixture.connect(); TestClient bad = fixture.connect()) {
            bad.send("first\nboom\nnever\n");
            assertEquals("first\nboom\n", bad.textToTheEnd());
            assertInstanceOf(Cause.Failed.class, fixture.events.nextCause());
            assertEquals("boom", fixture.events.nextFailed().error().getMessage());
            good.send("after\n");
            assertEquals("after", good.line());
        }
    }

    @Test
    void shouldHandleNoMessageAfterTheConnectionWasClosed() throws Exception {
        try (ServerFixture fixture = lines((line, client) -> {
            client.writeLine(line);
            if (line.equals("quit")) {
                client.close();
            }
        }); TestClient client = fixture.connect()) {
            client.send("one\nquit\ntwo\n");
            assertEquals("one\nquit\n", client.textToTheEnd());
            assertEquals(done(false), fixture.events.nextCause());
        }
    }

    @Test
    void shouldFinishAMessageInHandlingWhenTheServerDrains() throws Exception {
        needsOneProcess();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        try (ServerFixture fixture = lines((line, client) -> {
            entered.countDown();
            released.await();
            client.writeLine(line);
        }); TestClient client = fixture.connect()) {
            client.send("work\n");
            entered.await();
            CompletableFuture<DrainReport> report = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> {
                try {
                    report.complete(fixture.server.drain(Duration.ofSeconds(20)));
                } catch (InterruptedException e) {
                    report.completeExceptionally(e);
                }
            });
            Eventually.until("new clients are refused", () -> DrainContractTests.refuses(fixture));
            assertFalse(report.isDone());
            released.countDown();
            assertEquals("work\n", client.textToTheEnd());
            assertEquals(0, report.get(10, TimeUnit.SECONDS).aborted());
        }
    }

    @Test
    void shouldInterruptAWaitingHandlerAtAnAbortAndCloseItAfterwards() throws Exception {
        needsOneProcess();
        BlockingQueue<String> calls = new LinkedBlockingQueue<>();
        CountDownLatch never = new CountDownLatch(1);
        MessageHandler<String> handler = new MessageHandler<>() {
            @Override
            public void handle(String line, Output client) throws Exception {
                calls.add("entered");
                try {
                    never.await();
                } finally {
                    calls.add("left");
                }
            }

            @Override
            public void closed(Cause cause) {
                calls.add("closed " + cause);
            }
        };
        try (ServerFixture fixture = lines(handler); TestClient client = fixture.connect()) {
            client.send("x\n");
            assertEquals("entered", EventRecorder.next(calls, "call"));
            fixture.events.nextAccepted().abort();
            assertEquals("left", EventRecorder.next(calls, "call"));
            assertEquals("closed Stopped[]", EventRecorder.next(calls, "call"));
            assertEquals(new Cause.Stopped(), fixture.events.nextCause());
            client.awaitClosed();
            assertEquals(0, calls.size(), "closed once");
        }
    }

    @Test
    void shouldCloseTheServerFromAHandler() throws Exception {
        needsOneProcess();
        CompletableFuture<ServerFixture> started = new CompletableFuture<>();
        try (ServerFixture fixture = lines((line, client) -> started.get().server.close());
                TestClient client = fixture.connect()) {
            started.complete(fixture);
            client.send("stop\n");
            client.awaitClosed();
            Eventually.until("the server has stopped", fixture.server::isStopped);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
    }

    /// Waits within each message; throws when two are inside.
    private static final class Exclusive implements MessageHandler<String> {
        private boolean inside;
        private int count;

        @Override
        public void handle(String line, Output client) throws Exception {
            if (inside) {
                throw new IllegalStateException("two messages at once");
            }
            inside = true;
            Thread.sleep(PAUSE);
            client.writeLine(line + " " + ++count);
            inside = false;
        }
    }

    /// Records its calls and reports them with the last ones: to the client, and in its exception.
    private static final class CallRecorder implements MessageHandler<String> {
        private final List<String> calls = new ArrayList<>();

        @Override
        public void opened(Output client) throws Exception {
            Thread.sleep(PAUSE);
            calls.add("opened");
        }

        @Override
        public void handle(String line, Output client) throws Exception {
            calls.add(line);
            client.writeLine(line);
        }

        @Override
        public void ended(Output client) throws Exception {
            Thread.sleep(PAUSE);
            calls.add("ended");
            client.print(calls.toString());
        }

        @Override
        public void closed(Cause cause) {
            calls.add("closed " + cause);
            throw new IllegalStateException(calls.toString());
        }
    }
}
