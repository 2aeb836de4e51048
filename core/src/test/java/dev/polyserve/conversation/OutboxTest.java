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

/// The outbox alone: which messages it accepts, and when it wakes its consumer and waiting senders. It holds ten bytes.
@Timeout(20)
class OutboxTest {
    private static final Duration LONG = Duration.ofSeconds(Long.MAX_VALUE);
    private static final InetSocketAddress NOWHERE = InetSocketAddress.createUnresolved("nowhere", 1);

    private final List<Limit> reached = new ArrayList<>();
    private final Conversation conversation = conversation();
    private final Counted outbox = new Counted(conversation);

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
        return new DrivenConversation(context,
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
        ByteBuffer message = outbox.poll();
        if (message != null) {
            outbox.left(message.remaining());
        }
        return text(message);
    }

    @Test
    void whatIsQueuedCountsInTheBudgetOfAllBuffers() throws Exception {
        BufferBudget budget = conversation.context.budget();
        long others = budget.most() - 5;
        budget.take(others);
        assertThat(outbox.offer(message("12345"))).isTrue();
        assertThat(outbox.offer(message("6"))).isFalse();
        assertThat(reached).containsExactly(Limit.BUFFER_TOTAL);
        assertThat(takes()).isEqualTo("12345");
        assertThat(outbox.offer(message("6"))).isTrue();
        outbox.discard();
        assertThat(outbox.offer(message("7"))).isFalse();
        assertThat(budget.used()).isEqualTo(others);
    }

    @Test
    void givesMessagesInTheirOrderAndWakesForEach() {
        assertThat(outbox.offer(message("one"))).isTrue();
        assertThat(outbox.offer(message("two"))).isTrue();
        assertThat(outbox.wakes).isEqualTo(2);
        assertThat(outbox.queuedBytes()).isEqualTo(6);
        assertThat(List.of(takes(), takes(), takes())).containsExactly("one", "two", "nothing");
        assertThat(outbox.queuedBytes()).isZero();
        assertThat(outbox.isEmpty()).isTrue();
    }

    @Test
    void keepsACopyAndLeavesTheSendersBufferAsItWas() {
        ByteBuffer mine = message("12345").position(1);
        assertThat(outbox.offer(mine)).isTrue();
        assertThat(mine.remaining()).isEqualTo(4);
        mine.put(1, (byte) 'x');
        assertThat(takes()).isEqualTo("2345");
    }

    @Test
    void refusesWhatDoesNotFitWithoutWakingAThreadAndSaysSo() {
        assertThat(outbox.offer(message("123456789"))).isTrue();
        assertThat(outbox.offer(message("ab"))).isFalse();
        assertThat(outbox.offer(message("a"))).as("up to the last byte").isTrue();
        assertThat(outbox.wakes).isEqualTo(2);
        assertThat(reached).containsExactly(Limit.SENDER_QUEUE);
        assertThat(outbox.queuedBytes()).isEqualTo(10);
    }

    @Test
    void countsAMessageUntilItHasLeftNotUntilItIsTaken() {
        outbox.offer(message("1234567890"));
        ByteBuffer taken = outbox.poll();
        assertThat(outbox.offer(message("a"))).isFalse();
        outbox.left(text(taken).length());
        assertThat(outbox.offer(message("a"))).isTrue();
    }

    @Test
    void refusesForGoodWhatNeverFits() {
        assertThatThrownBy(() -> outbox.offer(message("12345678901"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a message of 11 bytes, where a sender's queue holds 10");
        assertThat(outbox.queuedBytes()).isZero();
    }

    @Test
    void aSenderWaitsForRoom() throws Exception {
        outbox.offer(message("1234567890"));
        CompletableFuture<String> sent = sending("abc");
        assertThat(sent).isNotDone();
        assertThat(takes()).isEqualTo("1234567890");
        assertThat(sent.get(10, TimeUnit.SECONDS)).isEqualTo("sent");
        assertThat(takes()).isEqualTo("abc");
    }

    @Test
    void aSenderThatWaitsLearnsOfTheEndAndItsCause() throws Exception {
        outbox.offer(message("1234567890"));
        CompletableFuture<String> sent = sending("abc");
        conversation.settle(new Cause.PeerReset("gone"));
        outbox.seal();
        assertThat(sent.get(10, TimeUnit.SECONDS)).endsWith("is over: reset");
    }

    @Test
    void aSenderWaitsNoLongerThanItWants() {
        outbox.offer(message("1234567890"));
        assertThatThrownBy(() -> outbox.send(message("a"), Duration.ofMillis(1)))
                .isInstanceOf(TimedOutException.class).hasMessageContaining("took longer than 1 ms");
        assertThat(outbox.queuedBytes()).isEqualTo(10);
    }

    @Test
    void aSenderThatWaitsReachesTheLimitOnce() {
        outbox.offer(message("1234567890"));
        assertThatThrownBy(() -> outbox.send(message("a"), Duration.ofMillis(120)))
                .isInstanceOf(TimedOutException.class);
        assertThat(reached).as("though it has looked several times").containsExactly(Limit.SENDER_QUEUE);
    }

    @Test
    void anEndComesBehindWhatWasAccepted() {
        outbox.offer(message("one"));
        outbox.end();
        assertThat(outbox.isOpen()).isFalse();
        assertThat(outbox.offer(message("two"))).isFalse();
        assertThat(outbox.endsNow()).as("before the last message").isFalse();
        assertThat(takes()).isEqualTo("one");
        assertThat(outbox.endsNow()).isTrue();
        assertThat(outbox.closesNow()).isFalse();
        assertThat(outbox.wakes).isEqualTo(2);
    }

    @Test
    void closingIsMoreThanEndingWhicheverComesFirst() {
        Counted other = new Counted(conversation);
        outbox.close();
        outbox.end();
        other.end();
        other.close();
        assertThat(List.of(outbox, other)).allMatch(Outbox::closesNow).noneMatch(Outbox::endsNow);
    }

    @Test
    void whatIsDiscardedIsNotCountedAnyMore() {
        outbox.offer(message("one"));
        outbox.discard();
        assertThat(outbox.queuedBytes()).isZero();
        assertThat(takes()).isEqualTo("nothing");
        assertThat(outbox.isOpen()).isFalse();
    }

    @Test
    void afterTheEndASenderIsRefusedWithACause() {
        outbox.seal();
        assertThatThrownBy(() -> outbox.send(message("a"), LONG)).isInstanceOf(ConnectionException.class)
                .extracting(e -> ((ConnectionException) e).reason()).isEqualTo(new Cause.Stopped());
    }

    /// Starts a sender, and returns once it waits for room.
    private CompletableFuture<String> sending(String text) {
        CompletableFuture<String> sent = new CompletableFuture<>();
        Thread sender = Thread.ofPlatform().start(() -> {
            try {
                outbox.send(message(text), LONG);
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
    private static final class Counted extends Outbox {
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
    static final class IdleDriver implements ConnectionContext, LoopBuffers {
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
            throw new AssertionError("the outbox is the test's, not the conversation's");
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
