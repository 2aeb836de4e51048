package dev.polyserve.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.Limit;
import dev.polyserve.Options;
import dev.polyserve.ServerListener;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// Time limits, with a clock that is advanced by hand. Idle 100 s, write stall 10 s.
class DeadlinesTest {
    private final AtomicLong clock = new AtomicLong();
    private final ServerContext context = new ServerContext(
            Options.defaults()
                    .withTimeouts(
                            times -> times.withIdle(Duration.ofSeconds(100)).withWriteStall(Duration.ofSeconds(10))),
            new ServerListener() {}, clock::get, _ -> {
            });
    private ReadinessAtDeadline pending = ReadinessAtDeadline.NO;
    private int unacknowledged = Wire.UNKNOWN;
    private boolean closed;
    private final Deadlines deadlines = new Deadlines(context) {
        @Override
        ConnectionInfo info() {
            throw new IllegalStateException("nothing is recorded");
        }

        @Override
        ReadinessAtDeadline pending(boolean toWrite) {
            return pending;
        }

        @Override
        int unacknowledged() throws IOException {
            if (closed) {
                throw new ClosedChannelException();
            }
            return unacknowledged;
        }
    };

    @Test
    void asksAgainBeforeAWaitThatBeginsNextCouldBeOverdue() {
        deadlines.waitsFor(Limit.IDLE);
        assertThat(deadlines.askAgainNanos()).isEqualTo(seconds(10) / 4);
    }

    @Test
    void waitsInARowWithoutAByteAreOne() {
        for (int second = 0; second < 99; second++) {
            deadlines.waitsFor(Limit.IDLE);
            pass(1);
            assertThat(deadlines.overdue()).isEmpty();
            deadlines.waited();
        }
        deadlines.waitsFor(Limit.IDLE);
        pass(1);
        assertThat(deadlines.overdue()).contains(Limit.IDLE);
    }

    @Test
    void aByteBeginsAnew() {
        deadlines.waitsFor(Limit.WRITE_STALL);
        pass(9);
        deadlines.waited();
        deadlines.countOut(1);
        deadlines.waitsFor(Limit.WRITE_STALL);
        pass(9);
        assertThat(deadlines.overdue()).isEmpty();
    }

    @Test
    void whatASenderSendsIsProgressForTheOwnerThatWaitsBehindIt() {
        deadlines.waitsFor(Limit.WRITE_STALL);
        pass(9);
        deadlines.touch();
        pass(9);
        assertThat(deadlines.overdue()).isEmpty();
        pass(1);
        assertThat(deadlines.overdue()).contains(Limit.WRITE_STALL);
    }

    @Test
    void aLimitIsNotBelievedWhileWhatIsWaitedForIsThere() {
        pending = ReadinessAtDeadline.YES;
        deadlines.waitsFor(Limit.IDLE);
        pass(1000);
        assertThat(deadlines.overdue()).isEmpty();
        assertThat(deadlines.askAgainNanos()).isLessThan(seconds(1));
        pending = ReadinessAtDeadline.NO;
        assertThat(deadlines.overdue()).contains(Limit.IDLE);
    }

    @Test
    void anOwnerThatDoesNotComeByIsStuck() {
        pending = ReadinessAtDeadline.YES;
        deadlines.waitsFor(Limit.WRITE_STALL);
        pass(11);
        int looks = 0;
        while (deadlines.overdue().isEmpty()) {
            looks++;
        }
        assertThat(looks * deadlines.askAgainNanos()).isEqualTo(seconds(5));
    }

    @Test
    void anOwnerThatCannotBeAskedForHasOneMoment() {
        pending = ReadinessAtDeadline.UNKNOWN;
        deadlines.waitsFor(Limit.IDLE);
        pass(100);
        assertThat(deadlines.overdue()).isEmpty();
        deadlines.waited();
        assertThat(deadlines.overdue()).as("it came by").isEmpty();
        deadlines.waitsFor(Limit.WRITE_STALL);
        pass(10);
        assertThat(deadlines.overdue()).isEmpty();
        assertThat(deadlines.overdue()).contains(Limit.WRITE_STALL);
    }

    @Test
    void nothingWaitedForMakesAConversationLonger() {
        pending = ReadinessAtDeadline.YES;
        deadlines.waitsFor(Limit.IDLE);
        pass(24 * 60 * 60);
        assertThat(deadlines.overdue()).contains(Limit.CONVERSATION);
    }

    @Test
    void aChangedConversationHoldsForOneThatGoesOn() {
        pass(10);
        Options shorter = Options.defaults().withTimeouts(times -> times.withConversation(Duration.ofSeconds(9)));
        assertThat(context.replace(context.options(), shorter)).isTrue();
        assertThat(deadlines.overdue()).contains(Limit.CONVERSATION);
    }

    @Test
    void inputThatIsThereIsNoSilence() {
        deadlines.waitsFor(Limit.IDLE);
        pass(2);
        assertThat(deadlines.isQuiet(seconds(1))).isTrue();
        pending = ReadinessAtDeadline.YES;
        assertThat(deadlines.isQuiet(seconds(1))).isFalse();
    }

    @Test
    void aPeerThatTakesBytesIsNotStalledThoughThereIsNoRoom() {
        unacknowledged = 4 << 20;
        deadlines.waitsFor(Limit.WRITE_STALL);
        for (int second = 0; second < 60; second++) {
            pass(1);
            unacknowledged -= 30_000;
            assertThat(deadlines.overdue()).isEmpty();
        }
        assertThat(secondsUntilOverdue()).as("after the last byte it takes").isEqualTo(10);
    }

    @Test
    void aPeerThatTakesBytesInBurstsIsNotStalled() {
        unacknowledged = 4 << 20;
        deadlines.waitsFor(Limit.WRITE_STALL);
        for (int burst = 0; burst < 5; burst++) {
            for (int second = 0; second < 6; second++) {
                pass(1);
                assertThat(deadlines.overdue()).isEmpty();
            }
            unacknowledged -= 400_000;
        }
    }

    @Test
    void aPeerThatTakesNothingIsStalledAtTheLimit() {
        unacknowledged = 4 << 20;
        deadlines.waitsFor(Limit.WRITE_STALL);
        assertThat(secondsUntilOverdue()).isEqualTo(10);
    }

    @Test
    void whatAPeerHasTakenBeforeAWaitIsNoProgressInIt() {
        unacknowledged = 4 << 20;
        deadlines.waitsFor(Limit.WRITE_STALL);
        pass(2);
        assertThat(deadlines.overdue()).isEmpty();
        deadlines.waited();
        deadlines.countOut(1);
        unacknowledged = 0;
        pass(5);
        deadlines.waitsFor(Limit.WRITE_STALL);
        assertThat(secondsUntilOverdue()).isEqualTo(10);
    }

    @Test
    void whatAPeerTakesIsNoProgressForAWaitForInput() {
        unacknowledged = 4 << 20;
        deadlines.waitsFor(Limit.IDLE);
        for (int second = 0; second < 99; second++) {
            pass(1);
            unacknowledged -= 30_000;
            assertThat(deadlines.overdue()).isEmpty();
        }
        pass(1);
        assertThat(deadlines.overdue()).contains(Limit.IDLE);
    }

    @Test
    void aSocketThatIsClosedDuringALookMakesNoWaitLonger() {
        closed = true;
        deadlines.waitsFor(Limit.WRITE_STALL);
        assertThat(secondsUntilOverdue()).isEqualTo(10);
    }

    private void requiresBytesPerSecond(int least) {
        assertThat(context.replace(context.options(),
                context.options().withLimits(limits -> limits.withMinInputBytesPerSecond(least)))).isTrue();
    }

    private void receives(int bytes, boolean rest) {
        deadlines.waited();
        deadlines.countIn(bytes);
        deadlines.waitsForInput(rest);
    }

    @Test
    void aSenderThatIsTooSlowWithinAMessageIsEnded() {
        requiresBytesPerSecond(100);
        receives(50, true);
        assertThat(deadlines.overdue()).isEmpty();
        for (int second = 0; second < 9; second++) {
            pass(1);
            receives(99, true);
            assertThat(deadlines.overdue()).as("after %s seconds", second + 1).isEmpty();
        }
        pass(1);
        receives(99, true);
        assertThat(deadlines.overdue()).contains(Limit.MIN_RATE);
    }

    @Test
    void aSenderThatIsFastEnoughIsNotEnded() {
        requiresBytesPerSecond(100);
        for (int second = 0; second < 60; second++) {
            receives(100, true);
            assertThat(deadlines.overdue()).isEmpty();
            pass(1);
        }
    }

    @Test
    void aSlowPartBehindAFastOneIsNoticed() {
        requiresBytesPerSecond(100);
        receives(1, true);
        assertThat(deadlines.overdue()).isEmpty();
        for (int second = 0; second < 10; second++) {
            pass(1);
            receives(100_000, true);
            assertThat(deadlines.overdue()).isEmpty();
        }
        int seconds = 0;
        for (; deadlines.overdue().isEmpty(); seconds++) {
            pass(1);
            receives(1, true);
        }
        assertThat(seconds).isEqualTo(10);
    }

    @Test
    void anIdleConnectionIsNotSlow() {
        requiresBytesPerSecond(100);
        receives(10, false);
        for (int second = 0; second < 99; second++) {
            pass(1);
            assertThat(deadlines.overdue()).isEmpty();
        }
        pass(1);
        assertThat(deadlines.overdue()).contains(Limit.IDLE);
    }

    /// Each message comes in two parts, and every look falls between them.
    @Test
    void messagesInARowAreNotOneSlowMessage() {
        requiresBytesPerSecond(100);
        for (int second = 0; second < 60; second++) {
            receives(10, true);
            assertThat(deadlines.overdue()).isEmpty();
            receives(10, false);
            pass(1);
        }
    }

    @Test
    void theTimeThatAHandlerTakesIsNotTheSenders() {
        requiresBytesPerSecond(100);
        receives(10, true);
        for (int second = 0; second < 60; second++) {
            assertThat(deadlines.overdue()).isEmpty();
            deadlines.waited();
            pass(2);
            assertThat(deadlines.overdue()).isEmpty();
            receives(1, true);
        }
    }

    @Test
    void aProcessThatWasSuspendedBlamesNoSender() {
        requiresBytesPerSecond(100);
        receives(10, true);
        assertThat(deadlines.overdue()).isEmpty();
        pass(90);
        assertThat(deadlines.overdue()).isEmpty();
    }

    @Test
    void aSenderWithinAMessageIsIdleAtLast() {
        receives(10, true);
        pass(99);
        assertThat(deadlines.overdue()).isEmpty();
        pass(1);
        assertThat(deadlines.overdue()).contains(Limit.IDLE);
    }

    @Test
    void aLeastRateIsLookedAtFourTimesWithinItsWindow() {
        requiresBytesPerSecond(100);
        assertThat(deadlines.askAgainNanos()).isEqualTo(seconds(10) / 4);
    }

    private int secondsUntilOverdue() {
        int second = 0;
        for (; deadlines.overdue().isEmpty(); second++) {
            pass(1);
        }
        return second;
    }

    private void pass(int seconds) {
        clock.addAndGet(seconds(seconds));
    }

    private static long seconds(int seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }
}
