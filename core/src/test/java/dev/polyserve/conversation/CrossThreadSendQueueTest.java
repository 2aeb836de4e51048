package dev.polyserve.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionException;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.Options;
import dev.polyserve.Protocol;
import dev.polyserve.ServerListener;
import dev.polyserve.TimedOutException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The sender queue alone: which messages it accepts, and when it wakes its consumer and waiting senders. It holds ten
/// bytes.
@Timeout(20)
class CrossThreadSendQueueTest {
    private static final Duration LONG = Duration.ofSeconds(Long.MAX_VALUE);
    private static final InetSocketAddress NOWHERE = InetSocketAddress.createUnresolved("nowhere", 1);

    private final List<Limit> reached = new ArrayList<>();
    private final Conversation conversation = conversation();
    private final Counted senderQueue = new Counted(conversation);

    private Conversation conversation() {
        ServerContext context = new ServerContext(
                Options.defaults().withLimits(limits -> limits.withSenderQueueBytes(10)), new ServerListener() {
                    @Override
                    public void limitReached(Limit limit) {
                        reached.add(limit);
                    }
                }, NanoClock.SYSTEM, _ -> {
                });
        Protocol silent = (input, output) -> {
        };
        return new LoopProtocolConversation(context,
                new Conversation.Identity(1, NOWHERE, NOWHERE, Endpoint.parse("tcp://127.0.0.1:0")), () -> silent,
                new IdleDriver());
    }

    private static ByteBuffer message(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String text(@Nullable ByteBuffer message) {
        return message == null ? "nothing" : StandardCharsets.US_ASCII.decode(message.duplicate()).toString();
    }

    /// Takes the next message as the owner does.
    private String takes() {
        ByteBuffer message = senderQueue.poll();
        if (message != null) {
            senderQueue.left(message.remaining());
        }
        return text(message);
    }

    @Test
    void whatIsQueuedCountsInTheBudgetOfAllBuffers() throws Exception {
        BufferBudget budget = conversation.context.budget();
        long others = budget.most() - 5;
        budget.take(others);
        assertThat(senderQueue.offer(message("12345"))).isTrue();
        assertThat(senderQueue.offer(message("6"))).isFalse();
        assertThat(reached).containsExactly(Limit.BUFFER_TOTAL);
        assertThat(takes()).isEqualTo("12345");
        assertThat(senderQueue.offer(message("6"))).isTrue();
        senderQueue.discard();
        assertThat(senderQueue.offer(message("7"))).isFalse();
        assertThat(budget.used()).isEqualTo(others);
    }

    @Test
    void givesMessagesInTheirOrderAndWakesForEach() {
        assertThat(senderQueue.offer(message("one"))).isTrue();
        assertThat(senderQueue.offer(message("two"))).isTrue();
        assertThat(senderQueue.wakes).isEqualTo(2);
        assertThat(senderQueue.queuedBytes()).isEqualTo(6);
        assertThat(List.of(takes(), takes(), takes())).containsExactly("one", "two", "nothing");
        assertThat(senderQueue.queuedBytes()).isZero();
        assertThat(senderQueue.isEmpty()).isTrue();
    }

    @Test
    void keepsACopyAndLeavesTheSendersBufferAsItWas() {
        ByteBuffer mine = message("12345").position(1);
        assertThat(senderQueue.offer(mine)).isTrue();
        assertThat(mine.remaining()).isEqualTo(4);
        mine.put(1, (byte) 'x');
        assertThat(takes()).isEqualTo("2345");
    }

    @Test
    void refusesWhatDoesNotFitWithoutWakingAThreadAndSaysSo() {
        assertThat(senderQueue.offer(message("123456789"))).isTrue();
        assertThat(senderQueue.offer(message("ab"))).isFalse();
        assertThat(senderQueue.offer(message("a"))).as("up to the last byte").isTrue();
        assertThat(senderQueue.wakes).isEqualTo(2);
        assertThat(reached).containsExactly(Limit.SENDER_QUEUE);
        assertThat(senderQueue.queuedBytes()).isEqualTo(10);
    }

    @Test
    void countsAMessageUntilItHasLeftNotUntilItIsTaken() {
        senderQueue.offer(message("1234567890"));
        ByteBuffer taken = senderQueue.poll();
        assertThat(senderQueue.offer(message("a"))).isFalse();
        senderQueue.left(text(taken).length());
        assertThat(senderQueue.offer(message("a"))).isTrue();
    }

    @Test
    void refusesForGoodWhatNeverFits() {
        assertThatThrownBy(() -> senderQueue.offer(message("12345678901"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a message of 11 bytes, where a sender's queue holds 10");
        assertThat(senderQueue.queuedBytes()).isZero();
    }

    @Test
    void aSenderWaitsForRoom() throws Exception {
        senderQueue.offer(message("1234567890"));
        CompletableFuture<String> sent = sending("abc");
        assertThat(sent).isNotDone();
        assertThat(takes()).isEqualTo("1234567890");
        assertThat(sent.get(10, TimeUnit.SECONDS)).isEqualTo("sent");
        assertThat(takes()).isEqualTo("abc");
    }

    @Test
    void aSenderThatWaitsLearnsOfTheEndAndItsCause() throws Exception {
        senderQueue.offer(message("1234567890"));
        CompletableFuture<String> sent = sending("abc");
        conversation.settle(new Cause.PeerReset("gone"));
        senderQueue.seal();
        assertThat(sent.get(10, TimeUnit.SECONDS)).endsWith("is over: reset");
    }

    @Test
    void aSenderWaitsNoLongerThanItWants() {
        senderQueue.offer(message("1234567890"));
        assertThatThrownBy(() -> senderQueue.send(message("a"), Duration.ofMillis(1)))
                .isInstanceOf(TimedOutException.class).hasMessageContaining("took longer than 1 ms");
        assertThat(senderQueue.queuedBytes()).isEqualTo(10);
    }

    @Test
    void aSenderThatWaitsReachesTheLimitOnce() {
        senderQueue.offer(message("1234567890"));
        assertThatThrownBy(() -> senderQueue.send(message("a"), Duration.ofMillis(120)))
                .isInstanceOf(TimedOutException.class);
        assertThat(reached).as("though it has looked several times").containsExactly(Limit.SENDER_QUEUE);
    }

    @Test
    void anEndComesBehindWhatWasAccepted() {
        senderQueue.offer(message("one"));
        senderQueue.end();
        assertThat(senderQueue.isOpen()).isFalse();
        assertThat(senderQueue.offer(message("two"))).isFalse();
        assertThat(senderQueue.endsNow()).as("before the last message").isFalse();
        assertThat(takes()).isEqualTo("one");
        assertThat(senderQueue.endsNow()).isTrue();
        assertThat(senderQueue.closesNow()).isFalse();
        assertThat(senderQueue.wakes).isEqualTo(2);
    }

    @Test
    void closingIsMoreThanEndingWhicheverComesFirst() {
        Counted other = new Counted(conversation);
        senderQueue.close();
        senderQueue.end();
        other.end();
        other.close();
        assertThat(List.of(senderQueue, other)).allMatch(CrossThreadSendQueue::closesNow)
                .noneMatch(CrossThreadSendQueue::endsNow);
    }

    @Test
    void whatIsDiscardedIsNotCountedAnyMore() {
        senderQueue.offer(message("one"));
        senderQueue.discard();
        assertThat(senderQueue.queuedBytes()).isZero();
        assertThat(takes()).isEqualTo("nothing");
        assertThat(senderQueue.isOpen()).isFalse();
    }

    @Test
    void afterTheEndASenderIsRefusedWithACause() {
        senderQueue.seal();
        assertThatThrownBy(() -> senderQueue.send(message("a"), LONG)).isInstanceOf(ConnectionException.class)
                .extracting(e -> ((ConnectionException) e).reason()).isEqualTo(new Cause.Stopped());
    }

    /// Starts a sender, and returns once it waits for room.
    private CompletableFuture<String> sending(String text) {
        CompletableFuture<String> sent = new CompletableFuture<>();
        Thread sender = Thread.ofPlatform().start(() -> {
            try {
                senderQueue.send(message(text), LONG);
                sent.complete("sent");
            } catch (Exception e) {
                sent.complete(e.toString());
            }
        });
        while (sender.getState() != Thread.State.TIMED_WAITING && sender.isAlive()) {
            Thread.onSpinWait();
        }
        return sent;
    }

    /// Counts the wake-ups of its consumer.
    private static final class Counted extends CrossThreadSendQueue {
        private int wakes;

        Counted(Conversation conversation) {
            super(conversation);
        }

        @Override
        void wake() {
            wakes++;
        }
    }

    /// A driver without any effect.
    static final class IdleDriver implements ConversationDriver, LoopBufferProvider {
        private final ConnectionBufferPool buffers = new ConnectionBufferPool();

        @Override
        public ConnectionBufferPool buffers() {
            return buffers;
        }

        @Override
        public BufferPool pool() {
            return BufferPool.UNPOOLED;
        }

        @Override
        public void runSender(Runnable task) {
            throw new AssertionError("the sender queue is the test's, not the conversation's");
        }

        @Override
        public void shutdown() {
            // There is no socket.
        }

        @Override
        public void cutInput() {
            // There is no socket.
        }
    }
}
