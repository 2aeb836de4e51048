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
    private final Patience patience = new Patience(new ServerContext(
            Options.defaults()
                    .withTimeouts(
                            times -> times.withIdle(Duration.ofSeconds(100)).withWriteStall(Duration.ofSeconds(10))),
            new ServerListener() {}, clock::get, _ -> {
            }));

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

    private void pass(int seconds) {
        clock.addAndGet(seconds(seconds));
    }

    private static long seconds(int seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }
}
