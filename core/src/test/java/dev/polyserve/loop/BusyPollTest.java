package dev.polyserve.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.io.Pollable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// Busy polling lasts for its time limit, and not longer.
class BusyPollTest {
    private final AtomicInteger asked = new AtomicInteger();
    /// Advances by one with each poll.
    private final AtomicLong clock = new AtomicLong();

    /// Counts the polls.
    private final Multiplexer multiplexer = new Multiplexer() {
        @Override
        public String name() {
            return "counting";
        }

        @Override
        public Watch watch(Pollable source, int interest, Ready ready) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void change(Watch watch, int interest) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void forget(Watch watch) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void await(long atMostNanos) {
            assertThat(atMostNanos).isZero();
            asked.incrementAndGet();
            clock.incrementAndGet();
        }

        @Override
        public void wakeup() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    };

    private BusyPoll spin(long nanos, int workAfter) {
        return new BusyPoll(multiplexer, clock::get, nanos, () -> asked.get() >= workAfter);
    }

    @Test
    void asksUntilItsTimeIsOverAndThenWaits() throws Exception {
        assertThat(spin(10, 1000).endsWithWork(Long.MAX_VALUE)).isFalse();
        assertThat(asked).hasValue(10);
    }

    @Test
    void endsAsSoonAsThereIsWork() throws Exception {
        assertThat(spin(10, 3).endsWithWork(Long.MAX_VALUE)).isTrue();
        assertThat(asked).hasValue(3);
    }

    @Test
    void asksNoLongerThanTheLoopWouldWait() throws Exception {
        assertThat(spin(10, 1000).endsWithWork(4)).isTrue();
        assertThat(asked).hasValue(4);
    }

    @Test
    void doesNotAskWhenItIsOff() throws Exception {
        assertThat(spin(0, 0).endsWithWork(Long.MAX_VALUE)).isFalse();
        assertThat(asked).hasValue(0);
    }
}
