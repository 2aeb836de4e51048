package dev.polyserve.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class BufferBudgetTest {
    private static final int ATTEMPTS = 200_000;

    @Test
    void takesNothingBeyondItsBound() throws Exception {
        BufferBudget budget = new BufferBudget(100);
        budget.take(60);
        assertThat(budget.tryTake(41)).isFalse();
        assertThatThrownBy(() -> budget.take(41)).isInstanceOf(LimitException.class);
        assertThat(budget.tryTake(40)).isTrue();
        assertThat(budget.used()).isEqualTo(100);
        budget.give(100);
        assertThat(budget.used()).isZero();
    }

    @Test
    void givesBackAboveALoweredBound() {
        BufferBudget budget = new BufferBudget(100);
        assertThat(budget.tryTake(100)).isTrue();
        budget.atMost(10);
        assertThat(budget.tryTake(-60)).isTrue();
        assertThat(budget.used()).isEqualTo(40);
        assertThat(budget.tryTake(1)).isFalse();
    }

    /// An attempt that is refused takes nothing, not even for a moment: it would show more than the bound, and make another
    /// attempt fail for which there is room.
    @Test
    void aRefusedAttemptIsNotSeen() throws Exception {
        BufferBudget budget = new BufferBudget(100);
        budget.take(50);
        AtomicBoolean ended = new AtomicBoolean();
        CyclicBarrier begin = new CyclicBarrier(2);
        Thread refused = Thread.ofPlatform().start(() -> {
            awaitQuietly(begin);
            while (!ended.get()) {
                budget.tryTake(60);
            }
        });
        awaitQuietly(begin);
        int failed = 0;
        for (int i = 0; i < ATTEMPTS; i++) {
            if (budget.tryTake(50)) {
                budget.give(50);
            } else {
                failed++;
            }
        }
        ended.set(true);
        refused.join();
        assertThat(failed).as("attempts for which there was room").isZero();
        assertThat(budget.used()).isEqualTo(50);
    }

    private static void awaitQuietly(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
