package dev.polyserve.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimerWheelTest {
    private static final long START_NANOS = Long.MAX_VALUE - 1000;
    private static final long TICK_NANOS = TimerWheel.TICK_NANOS;

    private final TimerWheel wheel = new TimerWheel(START_NANOS);
    private final List<String> ran = new ArrayList<>();
    private long now = START_NANOS;

    private TimerWheel.Timer timer(String name) {
        return timer(() -> ran.add(name));
    }

    private static TimerWheel.Timer timer(Runnable task) {
        return new TimerWheel.Timer() {
            @Override
            void due() {
                task.run();
            }
        };
    }

    private void pass(long nanos) {
        now += nanos;
        wheel.advance(now);
    }

    @Test
    void shouldRunNoTimerTooSoonAndEachWithinATickOfItsTime() {
        wheel.set(timer("a"), now, 10 * TICK_NANOS);
        pass(10 * TICK_NANOS - 1);
        assertThat(ran).isEmpty();
        pass(TICK_NANOS + 1);
        assertThat(ran).containsExactly("a");
        pass(5000 * TICK_NANOS);
        assertThat(ran).containsExactly("a");
    }

    @Test
    void shouldKeepATimerOfALaterRound() {
        wheel.set(timer("far"), now, 3000 * TICK_NANOS);
        wheel.set(timer("near"), now, (3000 - 2048) * TICK_NANOS);
        for (int i = 0; i < 2990; i++) {
            pass(TICK_NANOS);
        }
        assertThat(ran).containsExactly("near");
        pass(20 * TICK_NANOS);
        assertThat(ran).containsExactly("near", "far");
    }

    @Test
    void shouldRunEverythingDueAfterALongSleep() {
        for (int i = 0; i < 100; i++) {
            wheel.set(timer("t" + i), now, i * 50L * TICK_NANOS);
        }
        pass(10_000 * TICK_NANOS);
        assertThat(ran).hasSize(100);
        assertThat(wheel.nextDelayNanos(now)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldNeverRunWhatWasCancelled() {
        TimerWheel.Timer kept = timer("kept");
        TimerWheel.Timer cancelled = timer("cancelled");
        wheel.set(kept, now, TICK_NANOS);
        wheel.set(cancelled, now, TICK_NANOS);
        wheel.cancel(cancelled);
        wheel.cancel(cancelled);
        pass(3 * TICK_NANOS);
        assertThat(ran).containsExactly("kept");
    }

    @Test
    void shouldSetAgainFromItsOwnTask() {
        TimerWheel.Timer[] self = new TimerWheel.Timer[1];
        self[0] = timer(() -> {
            ran.add("again");
            wheel.set(self[0], now, TICK_NANOS);
        });
        wheel.set(self[0], now, 0);
        for (int i = 0; i < 4; i++) {
            pass(2 * TICK_NANOS);
        }
        assertThat(ran).hasSize(4);
        assertThatThrownBy(() -> wheel.set(self[0], now, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldCancelAnotherOfTheSameTickFromATask() {
        TimerWheel.Timer victim = timer("victim");
        wheel.set(victim, now, TICK_NANOS);
        wheel.set(timer(() -> wheel.cancel(victim)), now, TICK_NANOS);
        pass(3 * TICK_NANOS);
        assertThat(ran).isEmpty();
    }

    @Test
    void shouldAgreeWithASortedListOverManyRandomTimers() {
        Random random = new Random(7);
        List<Long> due = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            long delay = random.nextLong(6000 * TICK_NANOS);
            long at = now - START_NANOS + delay;
            due.add(at);
            wheel.set(timer(() -> {
                assertThat(now - START_NANOS).isBetween(at, at + 9 * TICK_NANOS);
                ran.add("");
            }), now, delay);
        }
        while (now - START_NANOS < 6010 * TICK_NANOS) {
            pass(random.nextLong(8 * TICK_NANOS));
        }
        assertThat(ran).hasSameSizeAs(due);
    }
}
