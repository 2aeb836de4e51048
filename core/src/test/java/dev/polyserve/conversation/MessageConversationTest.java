package dev.polyserve.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Cause;
import dev.polyserve.Framing;
import dev.polyserve.Limit;
import dev.polyserve.MessageHandler;
import dev.polyserve.Output;
import dev.polyserve.Sender;
import dev.polyserve.spi.ServerProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A handler of messages without a socket or coroutines: the test performs the turns of the loop and runs what is due.
class MessageConversationTest {
    private final ConversationFixture fixture = new ConversationFixture();
    private final Driver driver = new Driver();
    private final List<String> calls = new ArrayList<>();
    private final StringBuilder sent = new StringBuilder();

    /// Keeps what is due.
    private static final class Driver implements ConversationDriver, MessageScheduler {
        private final Queue<MessageConversation<?>> due = new ArrayDeque<>();
        private final ConnectionBufferPool buffers = new ConnectionBufferPool();
        private boolean lacksMemory;
        private int turns;
        private HandlerBorder border = HandlerBorder.NONE;
        /// Calls of a handler beside the loop.
        private int calls;

        @Override
        public ConnectionBufferPool buffers() {
            if (lacksMemory) {
                throw new OutOfMemoryError("for the test");
            }
            return buffers;
        }

        @Override
        public void runSoon(MessageConversation<?> conversation) {
            due.add(conversation);
        }

        @Override
        public void turn() {
            assertThat(border.enterLibrary()).as("a turn in the handler's code").isFalse();
            turns++;
        }

        @Override
        public void post(Runnable task) {
            task.run();
        }

        @Override
        public <R extends @Nullable Object> R call(Supplier<R> task) {
            calls++;
            return task.get();
        }

        @Override
        public BufferPool pool() {
            return BufferPool.UNPOOLED;
        }

        @Override
        public void runSender(Runnable task) {
            task.run();
        }

        @Override
        public void cutInput() {
            // The test performs the turns.
        }

        @Override
        public void shutdown() {
            // The test performs the turns.
        }

        void runDue() {
            for (MessageConversation<?> next; (next = due.poll()) != null;) {
                next.run(border);
                assertThat(border.enterLibrary()).as("a coroutine is left in its handler's code").isFalse();
            }
        }
    }

    private final class Recording implements MessageHandler<String> {
        @Override
        public void opened(Output client) {
            calls.add("opened");
        }

        @Override
        public void handle(String line, Output client) throws Exception {
            calls.add(line);
            client.writeLine(line);
            switch (line) {
                case "boom" -> throw new IllegalStateException("boom");
                case "end" -> client.end();
                case "close" -> client.close();
                default -> {
                    // The next message.
                }
            }
        }

        @Override
        public void ended(Output client) throws Exception {
            calls.add("ended");
            if (!client.ended()) {
                client.writeLine("bye");
            }
        }

        @Override
        public void closed(Cause cause) {
            calls.add("closed " + cause.phrase());
        }
    }

    private MessageConversation<String> open(int inFlight) {
        MessageConversation<String> made = new MessageConversation<>(fixture.context, ConversationFixture.identity(),
                new ServerProvider.Messages<>(Framing.lines(20), Recording::new, inFlight, true), driver);
        made.open();
        driver.runDue();
        return made;
    }

    private static void arrives(MessageConversation<?> to, String text) throws LimitException {
        byte[] bytes = ConversationFixture.bytes(text);
        to.input().room().put(bytes);
        to.input().received(bytes.length);
        to.received(bytes.length);
    }

    private void send(MessageConversation<?> from) {
        while (from.wantsWrite() && from.graceful()) {
            int count = Math.min(3, from.pendingOutput().remaining());
            byte[] bytes = new byte[count];
            from.pendingOutput().get(bytes);
            sent.append(new String(bytes, StandardCharsets.UTF_8));
            from.sent(count);
        }
        from.waits();
    }

    private void finish(MessageConversation<?> conversation) {
        send(conversation);
        assertThat(conversation.done()).isTrue();
        conversation.finish();
        driver.runDue();
    }

    @Test
    void eachMessageIsHandledAndTheEndComesLast() throws Exception {
        var conversation = open(1);
        arrives(conversation, "one\ntw");
        assertThat(calls).as("nothing is handled in the loop's own turn").containsExactly("opened");
        driver.runDue();
        arrives(conversation, "o\nthree");
        driver.runDue();
        assertThat(driver.turns).as("turns: one for each batch, and one for the opening").isEqualTo(3);
        conversation.inputEnded();
        driver.runDue();
        finish(conversation);
        assertThat(sent).hasToString("one\ntwo\nthree\nbye\n");
        assertThat(calls).containsExactly("opened", "one", "two", "three", "ended", "closed done");
        assertThat(conversation.outcome()).contains(new Cause.Done(true));
    }

    @Test
    void pipelinedMessagesAreAnsweredInOneTurn() throws Exception {
        var conversation = open(1);
        arrives(conversation, "a\nb\nc\n");
        driver.runDue();
        assertThat(driver.turns).isEqualTo(2);
        assertThat(conversation.pendingBytes()).isEqualTo(6);
    }

    @Test
    void aHandlerThatThrowsLetsEarlierRepliesBeSent() throws Exception {
        var conversation = open(1);
        arrives(conversation, "a\nboom\nnever\n");
        driver.runDue();
        finish(conversation);
        assertThat(sent).hasToString("a\nboom\n");
        assertThat(fixture.failures).singleElement().asString().contains("boom");
        assertThat(conversation.outcome().orElseThrow()).isInstanceOf(Cause.Failed.class);
        assertThat(calls).endsWith("closed failed: java.lang.IllegalStateException: boom");
    }

    @Test
    void aMessageThatIsTooLongLetsTheOneBeforeItBeAnswered() throws Exception {
        for (int inFlight : new int[]{1, 4}) {
            sent.setLength(0);
            var conversation = open(inFlight);
            arrives(conversation, "a\n" + "x".repeat(22));
            driver.runDue();
            finish(conversation);
            assertThat(sent).as("%d in flight", inFlight).hasToString("a\n");
            assertThat(conversation.outcome()).contains(new Cause.LimitReached(Limit.FRAME));
        }
    }

    @Test
    void messagesAreHandledAfterTheOutputWasEnded() throws Exception {
        var conversation = open(1);
        arrives(conversation, "end\n");
        driver.runDue();
        send(conversation);
        assertThat(conversation.wantsEndOutput()).isTrue();
        conversation.outputEnded();
        assertThat(conversation.done()).isFalse();
        conversation.inputEnded();
        driver.runDue();
        finish(conversation);
        assertThat(calls).containsExactly("opened", "end", "ended", "closed done");
        assertThat(sent).hasToString("end\n");
    }

    @Test
    void noMessageIsHandledAfterTheConnectionWasClosed() throws Exception {
        var conversation = open(4);
        arrives(conversation, "a\nclose\nb\n");
        driver.runDue();
        finish(conversation);
        assertThat(sent).hasToString("a\nclose\n");
        assertThat(conversation.outcome()).contains(new Cause.Done(false));
    }

    @Test
    void noTimeLimitOfThePeerHoldsWhileAMessageIsDue() throws Exception {
        var conversation = open(1);
        conversation.waits();
        arrives(conversation, "a\n");
        conversation.waits();
        fixture.clock.addAndGet(TimeUnit.HOURS.toNanos(1));
        assertThat(conversation.watch()).isPositive();
        driver.runDue();
        send(conversation);
        assertThat(conversation.watch()).as("the idle time begins with the reply").isPositive();
    }

    @Test
    void anAbortedConversationFinishesAfterItsHandlers() throws Exception {
        var conversation = open(1);
        arrives(conversation, "a\n");
        conversation.abort(new Cause.Stopped());
        assertThat(conversation.done()).isTrue();
        conversation.finish();
        assertThat(conversation.isDone()).as("a message is due").isFalse();
        driver.runDue();
        assertThat(calls).containsExactly("opened", "closed stopped");
        assertThat(conversation.isDone()).isTrue();
    }

    @Test
    void aSecondCutOfTheInputDoesNotOvertakeTheEnd() throws Exception {
        var conversation = open(1);
        conversation.cutInput(true);
        conversation.inputEnded();
        conversation.inputEnded();
        driver.runDue();
        finish(conversation);
        assertThat(calls).containsExactly("opened", "ended", "closed stopped");
        assertThat(sent).hasToString("bye\n");
    }

    @Test
    void anIdleConnectionHasNoBuffers() throws Exception {
        var conversation = open(4);
        send(conversation);
        assertThat(conversation.buffers).isSameAs(ConnectionBuffers.NONE);
        InputBuffer first = conversation.input();
        arrives(conversation, "a\nb\n");
        driver.runDue();
        send(conversation);
        assertThat(driver.buffers.take(BufferPool.UNPOOLED, fixture.context.options().limits()).in).as("given back")
                .isSameAs(first);
        arrives(conversation, "a\npart");
        driver.runDue();
        InputBuffer second = conversation.input();
        send(conversation);
        assertThat(conversation.input()).as("kept with a part of a message").isSameAs(second).isNotSameAs(first);
        arrives(conversation, " of a line\n");
        driver.runDue();
        conversation.inputEnded();
        driver.runDue();
        finish(conversation);
        assertThat(sent).hasToString("a\nb\na\npart of a line\nbye\n");
        assertThat(driver.buffers.take(BufferPool.UNPOOLED, fixture.context.options().limits()).in)
                .as("given back at the end")
                .isSameAs(second);
        assertThat(second.ended()).as("the end of another connection's input").isFalse();
    }

    @Test
    void anOutputIsOfNoUseToAnotherMessage() throws Exception {
        List<Output> kept = new ArrayList<>();
        var first = new MessageConversation<>(fixture.context, ConversationFixture.identity(),
                new ServerProvider.Messages<>(Framing.lines(20), () -> (_, client) -> kept.add(client), 1, true),
                driver);
        first.open();
        arrives(first, "");
        driver.runDue();
        arrives(first, "a\n");
        driver.runDue();
        send(first);
        Output stale = kept.getFirst();
        assertThatThrownBy(() -> stale.writeLine("x")).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("after its handler has returned");
        assertThatThrownBy(stale::info).isInstanceOf(IllegalStateException.class);
        List<Throwable> thrown = new ArrayList<>();
        var second = new MessageConversation<>(fixture.context, ConversationFixture.identity(),
                new ServerProvider.Messages<>(Framing.lines(20), () -> (_, client) -> {
                    assertThat(client).as("the loop keeps outputs for all its connections").isSameAs(stale);
                    Thread other = new Thread(() -> {
                        try {
                            stale.writeLine("to another connection");
                        } catch (IOException | IllegalStateException e) {
                            thrown.add(e);
                        }
                    });
                    other.start();
                    other.join();
                    client.writeLine("mine");
                }, 1, true), driver);
        second.open();
        driver.runDue();
        arrives(second, "a\n");
        driver.runDue();
        send(second);
        assertThat(thrown).singleElement().isInstanceOf(IllegalStateException.class);
        assertThat(sent).hasToString("mine\n");
        assertThat(fixture.failures).isEmpty();
    }

    @Test
    void aLackOfMemoryForBuffersEndsOnlyTheConnection() throws Exception {
        var conversation = open(1);
        send(conversation);
        driver.lacksMemory = true;
        assertThatThrownBy(() -> arrives(conversation, "a\n")).isInstanceOf(OutOfMemoryError.class);
        conversation.abort(new Cause.Failed(new OutOfMemoryError("for the test")));
        assertThat(conversation.done()).isTrue();
        conversation.finish();
        driver.runDue();
        assertThat(calls).containsExactly("opened", "closed failed: java.lang.OutOfMemoryError: for the test");
        assertThat(conversation.isDone()).isTrue();
    }

    /// Knows whether the handler's own code runs, and whether its coroutine is beside the loop.
    private static final class Border implements HandlerBorder {
        private boolean inHandler;
        private boolean beside;

        @Override
        public void leaveLibrary() {
            assertThat(inHandler).isFalse();
            inHandler = true;
        }

        @Override
        public boolean enterLibrary() {
            boolean entered = inHandler;
            inHandler = false;
            return entered;
        }

        @Override
        public boolean isOnLoop() {
            return !beside;
        }

        @Override
        public boolean mayBlock() {
            return false;
        }
    }

    /// Records where each call runs.
    private final class Located implements MessageHandler<String> {
        private final Border border;

        Located(Border border) {
            this.border = border;
            record("created");
        }

        private void record(String call) {
            calls.add(border.inHandler ? call : call + " in the library");
        }

        @Override
        public void opened(Output client) {
            record("opened");
        }

        @Override
        public void handle(String line, Output client) throws Exception {
            record(line);
            border.beside = line.equals("beside");
            client.writeLine(line);
            client.flush();
            Sender sender = client.sender();
            assertThat(client.pendingBytes()).isEqualTo(line.length() + 1);
            assertThat(sender).isEqualTo(client.sender());
            record("flushed");
            border.beside = false;
        }

        @Override
        public void ended(Output client) {
            record("ended");
            throw new IllegalStateException("at the end");
        }

        @Override
        public void closed(Cause cause) {
            record("closed");
        }
    }

    @Test
    void theCodeOfAHandlerRunsOutsideOfTheLibrary() throws Exception {
        Border border = new Border();
        driver.border = border;
        var conversation = new MessageConversation<>(fixture.context, ConversationFixture.identity(),
                new ServerProvider.Messages<>(Framing.lines(20), () -> new Located(border), 1, true), driver);
        conversation.open();
        driver.runDue();
        arrives(conversation, "line\n");
        driver.runDue();
        send(conversation);
        sent.setLength(0);
        assertThat(driver.calls).as("calls of a handler beside the loop").isZero();
        arrives(conversation, "beside\n");
        driver.runDue();
        assertThat(driver.calls).isPositive();
        conversation.inputEnded();
        driver.runDue();
        finish(conversation);
        assertThat(calls).containsExactly("created", "opened", "line", "flushed", "beside", "flushed", "ended",
                "closed");
        assertThat(sent).hasToString("beside\n");
        assertThat(fixture.failures).singleElement().asString().contains("at the end");
        assertThat(border.inHandler).isFalse();
    }
}
