package dev.polyserve.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// The load of a loop, whose clock the test sets.
class LoopLoadTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final LoopLoad load = new LoopLoad(0);

    /// Turns of this length, one each 10 ms, for a second.
    private void aSecondOfTurns(long fromNanos, long turnNanos) {
        for (int i = 0; i < 100; i++) {
            long began = fromNanos + 10L * i * MILLI;
            load.turn(began, began + turnNanos);
        }
    }

    @Test
    void turnsAreCountedByTheirLength() {
        aSecondOfTurns(0, 2 * MILLI);
        load.turn(SECOND, SECOND + 40 * MILLI);
        HistogramSnapshot lag = load.lag();
        assertThat(lag.counts().get(lag.bounds().indexOf(Duration.ofMillis(3)))).isEqualTo(100);
        assertThat(lag.counts().get(lag.bounds().indexOf(Duration.ofMillis(100)))).isEqualTo(1);
        assertThat(lag.count()).isEqualTo(101);
        assertThat(load.busyNanos()).isEqualTo(240 * MILLI);
    }

    @Test
    void theRatioIsThatOfTheLastWindow() {
        aSecondOfTurns(0, 9 * MILLI);
        aSecondOfTurns(SECOND, 2 * MILLI);
        load.turn(2 * SECOND, 2 * SECOND + MILLI);
        assertThat(load.busyRatio(0, 2 * SECOND + 2 * MILLI)).isBetween(0.19, 0.22);
    }

    @Test
    void aLoopThatWaitsIsNotBusy() {
        aSecondOfTurns(0, 9 * MILLI);
        assertThat(load.busyRatio(0, 1000 * SECOND)).isLessThan(0.01);
    }

    @Test
    void aTurnThatGoesOnCounts() {
        load.turn(0, SECOND);
        assertThat(load.busyRatio(2 * SECOND, 4 * SECOND)).isBetween(0.66, 0.67);
        assertThat(load.busyRatio(SECOND, 100 * SECOND)).isEqualTo(1);
    }

    @Test
    void aTurnInTheFirstSecondIsNotAWindow() {
        load.turn(0, MILLI);
        assertThat(load.busyRatio(0, 2 * MILLI)).isZero();
    }
}
