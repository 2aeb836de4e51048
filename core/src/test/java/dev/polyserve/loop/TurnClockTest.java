package dev.polyserve.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.Protocol;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.ConnectionContext;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.DrivenConversation;
import dev.polyserve.conversation.ServerContext;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// The time from which waits are counted, with a clock that the test advances.
class TurnClockTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final SocketAddress NOWHERE = InetSocketAddress.createUnresolved("nowhere", 1);

    private final AtomicLong clock = new AtomicLong();
    private final TurnClock turns = new TurnClock(0);
    private final DrivenConversation conversation = new DrivenConversation(
            new ServerContext(Options.defaults(), new ServerListener() {}, clock::get, _ -> {
            }), new Conversation.Identity(1, NOWHERE, NOWHERE, Endpoint.parse("tcp://127.0.0.1:0")),
            () -> (Protocol) (_, _) -> {
            }, new CountingInTurns());

    @Test
    void aWaitCountsFromItsTurnOrATickLater() {
        turns.turnBegins(clock.get());
        conversation.waits();
        clock.addAndGet(1_000);
        turns.turnEnds(clock.get());
        clock.addAndGet(SECOND);
        assertThat(conversation.quietNanos()).isBetween(SECOND - TurnClock.LONG_TURN_NANOS, SECOND);
    }

    @Test
    void aTurnThatTookLongDoesNotCountAgainstTheWaitsThatBeganInIt() {
        turns.turnBegins(clock.get());
        conversation.waits();
        clock.addAndGet(100 * SECOND);
        turns.turnEnds(clock.get());
        clock.addAndGet(SECOND);
        assertThat(conversation.quietNanos()).isEqualTo(SECOND);
    }

    @Test
    void turnsCountAsBusyAndWhatIsBetweenThemDoesNot() {
        for (int i = 0; i < 3; i++) {
            turns.turnBegins(clock.addAndGet(SECOND));
            turns.turnEnds(clock.addAndGet(100));
        }
        assertThat(turns.busyNanos()).isEqualTo(300);
    }

    @Test
    void aWaitOfAnEarlierTurnGoesOnThroughALongOne() {
        turns.turnBegins(clock.get());
        conversation.waits();
        turns.turnEnds(clock.addAndGet(1_000));
        turns.turnBegins(clock.get());
        turns.turnEnds(clock.addAndGet(100 * SECOND));
        assertThat(conversation.quietNanos()).isGreaterThan(99 * SECOND);
    }

    /// Reads the turn clock, and drives nothing.
    private final class CountingInTurns implements ConnectionContext {
        @Override
        public BufferPool pool() {
            return BufferPool.UNPOOLED;
        }

        @Override
        public void runSender(Runnable task) {
            throw new AssertionError("nothing was queued");
        }

        @Override
        public void shutdown() {
            throw new AssertionError("it is not ended");
        }

        @Override
        public void cutInput() {
            throw new AssertionError("its input is not cut");
        }

        @Override
        public long waitBeginsNanos(Conversation waiting, NanoClock unused) {
            return turns.waitBegins(waiting);
        }
    }
}
