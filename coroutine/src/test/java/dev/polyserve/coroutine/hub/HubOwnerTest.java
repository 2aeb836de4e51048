package dev.polyserve.coroutine.hub;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What belongs to a hub fails when a thread other than its own calls it: here the test's.
@Timeout(60)
class HubOwnerTest {
    private static void assertRefused(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(AssertionError.class).hasMessageContaining(" is owned by its ");
    }

    @ParameterizedTest
    @EnumSource(HubMode.class)
    void theTasks(HubMode mode) throws Exception {
        try (Hub hub = Hub.open(mode.options())) {
            Task<?> task = hub.spawnLater(Duration.ofHours(1), () -> {});
            HubCore core = task.core();
            assertRefused(task::begin);
            assertRefused(task::killNow);
            assertRefused(() -> task.add(_ -> {}));
            assertRefused(core::killOthers);
            assertRefused(() -> core.live().addOffloaded(1));
            assertRefused(() -> core.setRunning(null));
        }
    }

    @ParameterizedTest
    @EnumSource(HubMode.class)
    void theTimers(HubMode mode) throws Exception {
        try (Hub hub = Hub.open(mode.options())) {
            HubScheduler scheduler = hub.spawn(() -> {}).core().scheduler();
            assertRefused(() -> scheduler.schedule(1, () -> {}));
            HubScheduler.Timer timer = hub
                    .spawn("sets", () -> scheduler.schedule(TimeUnit.HOURS.toNanos(1), () -> {})).get();
            assertRefused(timer::cancel);
        }
    }
}
