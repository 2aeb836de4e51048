package dev.polyserve.linux.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExitDeadlineTest {
    private final CountDownLatch halted = new CountDownLatch(1);
    private final ExitDeadline deadline = ExitDeadline.start(halted::countDown);

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
}
