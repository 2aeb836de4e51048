package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Connection;
import dev.polyserve.ConnectionException;
import dev.polyserve.Handler;
import dev.polyserve.Input;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.Sender;
import dev.polyserve.TimedOutException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/// Messages of other threads arrive whole and in order, in a bounded queue, under every model.
abstract class SenderContractTests extends ContractTests {
    private static final int QUEUE_BYTES = 16 << 10;
    /// Without an accepted message for so long, the queue is full, even if the loop has run late.
    private static final Duration UNTIL_FULL = Duration.ofMillis(400);

    private final BlockingQueue<Sender> senders = new LinkedBlockingQueue<>();

    /// Publishes its sender and echoes.
    private final class PublishingSender implements Handler, Protocol {
        @Override
        public void handle(Connection connection) throws IOException {
            senders.add(connection.sender());
            TestService.echo(connection);
        }

        @Override
        public void opened(Output output) {
            senders.add(output.sender());
        }

        @Override
        public void received(Input input, Output output) throws IOException {
            output.write(input.takeAll());
        }
    }

    private ServerFixture lend() throws IOException {
        needsOneProcess();
        return start(new TestService(PublishingSender::new, PublishingSender::new),
                with -> with.options(o -> o.withLimits(limits -> limits.withSenderQueueBytes(QUEUE_BYTES))));
    }

    private Sender sender() throws InterruptedException {
        return EventRecorder.next(senders, "sender");
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldSendWhileTheHandlerWaitsForInput() throws Exception {
        try (ServerFixture fixture = lend(); TestClient client = fixture.connect()) {
            assertTrue(sender().offer("news\n"));
            assertEquals("news", client.line());
            client.send("x");
            assertEquals(1, client.bytes(1).length, "the handler continues");
        }
    }

    @Test
    void shouldSendMessagesOfManyThreadsWholeAndInOrder() throws Exception {
        int threads = 4;
        int each = 300;
        try (ServerFixture fixture = lend(); TestClient client = fixture.connect()) {
            Sender sender = sender();
            List<Thread> talking = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int number = t;
                talking.add(Thread.ofPlatform().start(() -> talk(sender, number, each)));
            }
            int[] next = new int[threads];
            for (int i = 0; i < threads * each; i++) {
                String[] words = client.line().split(" ", -1);
                int thread = Integer.parseInt(words[0]);
                assertEquals(Integer.toString(next[thread]++), words[1], "in order");
                assertEquals("x".repeat(60), words[2], "whole");
            }
            for (Thread thread : talking) {
                thread.join();
            }
            Eventually.until("all is counted as sent", () -> sender.queuedBytes() == 0);
        }
    }

    private static void talk(Sender sender, int thread, int count) {
        try {
            for (int i = 0; i < count; i++) {
                sender.send(bytes(thread + " " + i + " " + "x".repeat(60) + "\n"), ServerFixture.TIMEOUT);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldRefuseMessagesWhileAClientDoesNotRead() throws Exception {
        try (ServerFixture fixture = lend(); TestClient client = fixture.connect()) {
            Sender sender = sender();
            ByteBuffer piece = ByteBuffer.allocate(8 << 10);
            long accepted = fill(sender, piece);
            assertTrue(sender.queuedBytes() <= QUEUE_BYTES);
            assertThrows(TimedOutException.class, () -> sender.send(piece, Duration.ofMillis(30)));
            assertTrue(accepted < 24 << 20, () -> accepted + " bytes were accepted");
            Thread waiting = Thread.ofPlatform().start(() -> talk(sender, 7, 1));
            assertEquals(accepted, client.bytes((int) accepted).length);
            assertEquals("7 0 " + "x".repeat(60), client.line(), "the waiting send completed");
            waiting.join();
        }
    }

    /// Offers messages until none was accepted for a while.
    static long fill(Sender sender, ByteBuffer piece) throws InterruptedException, IOException {
        long accepted = 0;
        while (true) {
            try {
                sender.send(piece, UNTIL_FULL);
                accepted += piece.remaining();
            } catch (TimedOutException e) {
                assertFalse(sender.offer(piece), "full");
                return accepted;
            }
        }
    }

    @Test
    void shouldThrowWhenTheConnectionHasEnded() throws Exception {
        try (ServerFixture fixture = lend()) {
            Sender sender;
            try (TestClient client = fixture.connect()) {
                sender = sender();
                assertTrue(sender.isOpen());
                client.end();
                client.toTheEnd();
            }
            fixture.awaitOver(1);
            assertFalse(sender.isOpen());
            assertFalse(sender.offer("too late"));
            assertThrows(ConnectionException.class, () -> sender.send(bytes("too late"), Duration.ofSeconds(5)));
        }
    }

    @Test
    void shouldUnblockAWaitingSenderWhenTheConnectionIsAborted() throws Exception {
        try (ServerFixture fixture = lend(); TestClient client = fixture.connect()) {
            Sender sender = sender();
            fill(sender, ByteBuffer.allocate(8 << 10));
            BlockingQueue<Exception> thrown = new LinkedBlockingQueue<>();
            Thread waiting = Thread.ofPlatform().start(() -> {
                try {
                    while (true) {
                        sender.send(ByteBuffer.allocate(8 << 10), ServerFixture.TIMEOUT);
                    }
                } catch (IOException | InterruptedException e) {
                    thrown.add(e);
                }
            });
            fixture.events.nextAccepted().abort();
            assertEquals(ConnectionException.class, EventRecorder.next(thrown, "exception").getClass());
            waiting.join();
            client.awaitClosed();
        }
    }

    @Test
    void shouldSendWhileTheHandlerWaitsForAnotherEvent() throws Exception {
        needsStyle(HandlerStyle.HANDLER);
        needsOneProcess();
        CountDownLatch news = new CountDownLatch(1);
        TestService service = new TestService(() -> connection -> {
            senders.add(connection.sender());
            news.await();
            connection.print("end\n");
        }, TestService.echo().protocol());
        try (ServerFixture fixture = start(service); TestClient client = fixture.connect()) {
            assertTrue(sender().offer("while it waits\n"));
            assertEquals("while it waits", client.line());
            news.countDown();
            assertEquals("end\n", client.textToTheEnd());
        }
    }

    @Test
    void shouldEndTheConnectionWhenASenderClosesIt() throws Exception {
        try (ServerFixture fixture = lend(); TestClient client = fixture.connect()) {
            Sender sender = sender();
            sender.offer("goodbye\n");
            sender.close();
            assertEquals("goodbye\n", client.textToTheEnd());
            assertEquals(done(false), fixture.events.nextCause());
            assertFalse(sender.offer("after"));
        }
    }

    @Test
    void shouldSendAcceptedMessagesBeforeTheHandlerEnds() throws Exception {
        try (ServerFixture fixture = lend(); TestClient client = fixture.connect()) {
            Sender sender = sender();
            for (int i = 0; i < 100; i++) {
                assertTrue(sender.offer("0123456789"));
            }
            client.end();
            assertEquals("0123456789".repeat(100), client.textToTheEnd());
        }
    }

    @Test
    void shouldRefuseMessagesAfterTheOutputWasEnded() throws Exception {
        needsOneProcess();
        TestService service = new TestService(() -> connection -> {
            senders.add(connection.sender());
            connection.end();
            connection.readByte();
        }, () -> new Protocol() {
            @Override
            public void opened(Output output) throws IOException {
                senders.add(output.sender());
                output.end();
            }

            @Override
            public void received(Input input, Output output) {
                input.skip(input.available());
            }
        });
        try (ServerFixture fixture = start(service); TestClient client = fixture.connect()) {
            assertEquals("", client.textToTheEnd());
            assertFalse(sender().offer("after the end"));
            client.end();
            assertEquals(done(true), fixture.events.nextCause(), "no failure");
        }
    }

    @Test
    void shouldBroadcastToAllWhileOneDoesNotRead() throws Exception {
        needsTwoAtOnce();
        try (ServerFixture fixture = lend(); TestClient good = fixture.connect(); TestClient bad = fixture.connect()) {
            List<Sender> all = List.of(sender(), sender());
            Sender slow = all.getFirst().id() > all.getLast().id() ? all.getFirst() : all.getLast();
            fill(slow, ByteBuffer.allocate(8 << 10));
            for (int i = 0; i < 100; i++) {
                String news = "news " + i + "\n";
                all.forEach(sender -> sender.offer(news));
                assertEquals("news " + i, good.line());
            }
            assertTrue(bad.bytes(1).length == 1);
        }
    }
}
