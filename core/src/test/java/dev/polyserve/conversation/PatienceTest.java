package dev.polyserve.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Limit;
import dev.polyserve.Options;
import dev.polyserve.ServerListener;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// Time limits, with a clock that is moved by hand. Idle 100 s, write stall 10 s.
class PatienceTest {
    private final AtomicLong clock = new AtomicLong();
    private final ServerContext context = new ServerContext(
            Options.defaults()
                    .withTimeouts(
                            times -> times.withIdle(Duration.ofSeconds(100)).withWriteStall(Duration.ofSeconds(10))),
            new ServerListener() {}, clock::get, _ -> {
            });
    private Pending pending = Pending.NO;
    private final Patience patience = new Patience(context) {
        @Override
        Pending pending(boolean toWrite) {
            return pending;
        }
    };

    @Test
    void asksAgainBeforeAWaitThatBeginsNextCouldBeOverdue() {
        patience.waitsFor(Limit.IDLE);
        assertThat(patience.askAgainNanos()).isEqualTo(seconds(10));
    }

    @Test
    void waitsInARowWithoutAByteAreOne() {
        for (int second = 0; second < 99; second++) {
            patience.waitsFor(Limit.IDLE);
            pass(1);
            assertThat(patience.overdue()).isEmpty();
            patience.waited();
        }
        patience.waitsFor(Limit.IDLE);
        pass(1);
        assertThat(patience.overdue()).contains(Limit.IDLE);
    }

    @Test
    void aByteBeginsAnew() {
        patience.waitsFor(Limit.WRITE_STALL);
        pass(9);
        patience.waited();
        patience.countOut(1);
        patience.waitsFor(Limit.WRITE_STALL);
        pass(9);
        assertThat(patience.overdue()).isEmpty();
    }

    @Test
    void whatASenderSendsIsProgressForTheOwnerWhoWaitsBehindIt() {
        patience.waitsFor(Limit.WRITE_STALL);
        pass(9);
        patience.touch();
        pass(9);
        assertThat(patience.overdue()).isEmpty();
        pass(1);
        assertThat(patience.overdue()).contains(Limit.WRITE_STALL);
    }

    @Test
    void aLimitIsNotBelievedWhileWhatIsWaitedForIsThere() {
        pending = Pending.YES;
        patience.waitsFor(Limit.IDLE);
        pass(1000);
        assertThat(patience.overdue()).isEmpty();
        assertThat(patience.askAgainNanos()).isLessThan(seconds(1));
        pending = Pending.NO;
        assertThat(patience.overdue()).contains(Limit.IDLE);
    }

    @Test
    void anOwnerThatDoesNotComeByIsStuck() {
        pending = Pending.YES;
        patience.waitsFor(Limit.WRITE_STALL);
        pass(11);
        int looks = 0;
        while (patience.overdue().isEmpty()) {
            looks++;
        }
        assertThat(looks * patience.askAgainNanos()).isEqualTo(seconds(5));
    }

    @Test
    void anOwnerThatCannotBeAskedForHasOneMoment() {
        pending = Pending.UNKNOWN;
        patience.waitsFor(Limit.IDLE);
        pass(100);
        assertThat(patience.overdue()).isEmpty();
        patience.waited();
        assertThat(patience.overdue()).as("it came by").isEmpty();
        patience.waitsFor(Limit.WRITE_STALL);
        pass(10);
        assertThat(patience.overdue()).isEmpty();
        assertThat(patience.overdue()).contains(Limit.WRITE_STALL);
    }

    @Test
    void nothingWaitedForMakesAConversationLonger() {
        pending = Pending.YES;
        patience.waitsFor(Limit.IDLE);
        pass(24 * 60 * 60);
        assertThat(patience.overdue()).contains(Limit.CONVERSATION);
    }

    @Test
    void aChangedConversationHoldsForOneThatGoesOn() {
        pass(10);
        Options shorter = Options.defaults().withTimeouts(times -> times.withConversation(Duration.ofSeconds(9)));
        assertThat(context.replace(context.options(), shorter)).isTrue();
        assertThat(patience.overdue()).contains(Limit.CONVERSATION);
    }

    @Test
    void inputThatIsThereIsNoSilence() {
        patience.waitsFor(Limit.IDLE);
        pass(2);
        assertThat(patience.isQuiet(seconds(1))).isTrue();
        pending = Pending.YES;
        assertThat(patience.isQuiet(seconds(1))).isFalse();
    }

    private void pass(int seconds) {
        clock.addAndGet(seconds(seconds));
    }

    private static long seconds(int seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }
}
