package dev.polyserve.linux.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExitDeadlineTest {
    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SUSPENSION_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final CountDownLatch halted = new CountDownLatch(1);
    private final ExitDeadline deadline = ExitDeadline.start(halted::countDown, ExitDeadline.Time.SYSTEM);

    @AfterEach
    void close() {
        deadline.close();
    }

    @Test
    void nothingEndsWithoutADeadlineNorAfterItWasCalledOff() throws InterruptedException {
        assertThat(halted.await(50, TimeUnit.MILLISECONDS)).isFalse();
        deadline.close();
        deadline.within(0);
        assertThat(halted.await(50, TimeUnit.MILLISECONDS)).isFalse();
    }

    @Test
    void itEndsWhenTheDeadlineHasPassed() throws InterruptedException {
        long began = System.nanoTime();
        deadline.within(TimeUnit.MILLISECONDS.toNanos(100));
        halted.await();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofMillis(100));
    }

    @Test
    void aSoonerDeadlineHoldsAndALaterOneDoesNot() throws InterruptedException {
        deadline.within(Long.MAX_VALUE);
        deadline.within(TimeUnit.DAYS.toNanos(1));
        deadline.within(TimeUnit.MILLISECONDS.toNanos(20));
        deadline.within(TimeUnit.DAYS.toNanos(2));
        halted.await();
    }

    @Test
    void aDeadlineOfThePastEndsAtOnce() throws InterruptedException {
        deadline.within(Long.MIN_VALUE);
        halted.await();
    }

    @Test
    void aProcessThatWakesUpAfterItsDeadlineHasAGraceToEndByItself() throws InterruptedException {
        SuspendedTime time = new SuspendedTime(1);
        try (ExitDeadline woken = ExitDeadline.start(() -> time.halted.complete(time.nanos()), time)) {
            woken.within(DEADLINE_NANOS);
            time.began.countDown();
            assertThat(time.halted.join()).isEqualTo(time.wokenUpNanos + ExitDeadline.GRACE_NANOS);
            assertThat(time.wokenUpNanos).isGreaterThan(DEADLINE_NANOS);
        }
    }

    @Test
    void aProcessThatEndsWithinItsGraceIsNotHalted() throws InterruptedException {
        SuspendedTime time = new SuspendedTime(1);
        AtomicReference<@Nullable ExitDeadline> woken = new AtomicReference<>();
        time.whenWokenUp = () -> Objects.requireNonNull(woken.get()).close();
        woken.set(ExitDeadline.start(() -> time.halted.complete(time.nanos()), time));
        Objects.requireNonNull(woken.get()).within(DEADLINE_NANOS);
        time.began.countDown();
        time.closed.await();
        assertThat(time.halted).isNotDone();
    }

    @Test
    void aProcessThatPausesAgainAndAgainEndsAllTheSame() {
        SuspendedTime time = new SuspendedTime(Integer.MAX_VALUE);
        try (ExitDeadline woken = ExitDeadline.start(() -> time.halted.complete(time.nanos()), time)) {
            woken.within(DEADLINE_NANOS);
            time.began.countDown();
            assertThat(time.halted.join())
                    .isLessThanOrEqualTo(DEADLINE_NANOS + 2 * SUSPENSION_NANOS + ExitDeadline.GRACE_NANOS);
        }
    }

    /// Each wait takes the requested time, except the first ones, during which the process is suspended.
    private static final class SuspendedTime implements ExitDeadline.Time {
        private final CountDownLatch began = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);
        private final CompletableFuture<Long> halted = new CompletableFuture<>();
        private final AtomicLong now = new AtomicLong();
        private int suspensions;
        private volatile long wokenUpNanos;
        private volatile Runnable whenWokenUp = () -> {};

        private SuspendedTime(int suspensions) {
            this.suspensions = suspensions;
        }

        @Override
        public long nanos() {
            return now.get();
        }

        @Override
        public void await(long atMostNanos) {
            if (atMostNanos == Long.MAX_VALUE) {
                awaitDeadline();
                return;
            }
            now.addAndGet(atMostNanos);
            if (suspensions > 0) {
                suspensions--;
                wokenUpNanos = now.addAndGet(SUSPENSION_NANOS);
                whenWokenUp.run();
                closed.countDown();
            }
        }

        private void awaitDeadline() {
            try {
                began.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException("it is not interrupted", e);
            }
        }
    }
}
