package dev.polyserve.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.Protocol;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.ConnectionBufferPool;
import dev.polyserve.conversation.ConversationDriver;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.LoopProtocolConversation;
import dev.polyserve.conversation.LoopBufferProvider;
import dev.polyserve.conversation.ServerContext;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// The time from which waits are counted, with a clock that the test advances.
class CachedLoopClockTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final SocketAddress NOWHERE = InetSocketAddress.createUnresolved("nowhere", 1);

    private final AtomicLong clock = new AtomicLong();
    private final CachedLoopClock turns = new CachedLoopClock(0);
    private final LoopProtocolConversation conversation = new LoopProtocolConversation(
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
        assertThat(conversation.quietNanos()).isBetween(SECOND - CachedLoopClock.LONG_TURN_NANOS, SECOND);
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
        assertThat(turns.load().busyNanos()).isEqualTo(300);
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

    private void turn(long waitNanos, long untilBeginsNanos, long nanos) {
        turns.waits(waitNanos);
        turns.turnBegins(clock.addAndGet(untilBeginsNanos));
        turns.turnEnds(clock.addAndGet(nanos));
    }

    /// Whether limits are believed at the end of a turn, and this much later.
    private boolean believes(long laterNanos) {
        return turns.limitPauseNanos(clock.get()) <= 0 && believesLater(laterNanos);
    }

    private boolean believesLater(long laterNanos) {
        turn(laterNanos, laterNanos, 0);
        return turns.limitPauseNanos(clock.get()) <= 0;
    }

    @Test
    void limitsAreBelievedAfterWaitsAndTurnsThatTakeTheirTime() {
        turn(10 * SECOND, 10 * SECOND, 1_000);
        assertThat(believes(1)).isTrue();
        turn(10 * SECOND, 1_000, LoopPauseGracePeriod.HELD_UP_NANOS - 1);
        assertThat(believes(1)).isTrue();
        turn(Long.MAX_VALUE, 100 * SECOND, 1);
        assertThat(believes(1)).isTrue();
    }

    @Test
    void limitsAreNotBelievedAfterASuspensionUntilTheLostTimeHasPassedAgain() {
        turn(SECOND, SECOND + SECOND / 2, 0);
        assertThat(believesLater(SECOND / 2 - 1)).as("suspended in a wait").isFalse();
        assertThat(believesLater(1)).isTrue();
        turn(10 * SECOND, 10 * SECOND, SECOND / 2);
        assertThat(believesLater(SECOND / 2 - 1)).as("suspended in a turn").isFalse();
        assertThat(believesLater(1)).isTrue();
        clock.addAndGet(10 * SECOND);
        assertThat(turns.limitPauseNanos(clock.get())).as("suspended since the turn").isEqualTo(SECOND);
        assertThat(believesLater(SECOND)).isTrue();
    }

    @Test
    void limitsAreBelievedHalfOfTheTimeByALoopThatIsAlwaysHeldUp() {
        int believed = 0;
        for (int i = 0; i < 100; i++) {
            turn(0, 0, SECOND / 4);
            believed += turns.limitPauseNanos(clock.get()) <= 0 ? 1 : 0;
        }
        assertThat(believed).isBetween(40, 60);
    }

    /// Reads the turn clock, and drives nothing.
    private final class CountingInTurns implements ConversationDriver, LoopBufferProvider {
        @Override
        public ConnectionBufferPool buffers() {
            throw new AssertionError("it has nothing to send");
        }

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
