package dev.polyserve.cli.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// When an upstream is down, tried again, up again, and how its share grows then.
class UpstreamHealthTest {
    private static final UpstreamHealthOptions PASSIVE = new UpstreamHealthOptions(Duration.ZERO, 3, 2,
            Duration.ofSeconds(10));
    private static final UpstreamHealthOptions ACTIVE = new UpstreamHealthOptions(Duration.ofSeconds(1), 3, 2,
            Duration.ZERO);

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);

    private UpstreamHealth health(UpstreamHealthOptions options) {
        return new UpstreamHealth(options, nanos::get);
    }

    private void passes(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static void falls(UpstreamHealth health) {
        for (int i = 1; i < health.options().fall(); i++) {
            assertThat(health.failed()).isFalse();
        }
        assertThat(health.failed()).as("the last failure is the change").isTrue();
        assertThat(health.isUp()).isFalse();
    }

    @Test
    void onlyFailuresInARowCount() {
        UpstreamHealth health = health(PASSIVE);
        for (int i = 0; i < 10; i++) {
            assertThat(health.failed()).isFalse();
            assertThat(health.failed()).isFalse();
            assertThat(health.succeeded()).as("it was up before").isFalse();
        }
        falls(health);
        assertThat(health.failed()).as("it is down already").isFalse();
    }

    @Test
    void withoutChecksOneCallerTriesItAfterAWhile() {
        UpstreamHealth health = health(PASSIVE);
        assertThat(health.takesTrial()).isFalse();
        falls(health);
        passes(UpstreamHealth.RETRY_AFTER.minusNanos(1));
        assertThat(health.takesTrial()).isFalse();
        passes(Duration.ofNanos(1));
        assertThat(health.takesTrial()).isTrue();
        assertThat(health.takesTrial()).as("one tries it").isFalse();
        assertThat(health.failed()).isFalse();
        passes(UpstreamHealth.RETRY_AFTER);
        assertThat(health.takesTrial()).isTrue();
        assertThat(health.succeeded()).isTrue();
        assertThat(health.isUp()).isTrue();
    }

    @Test
    void withChecksItRisesAfterSuccessesInARow() {
        UpstreamHealth health = health(ACTIVE);
        falls(health);
        passes(Duration.ofHours(1));
        assertThat(health.takesTrial()).as("checks try it").isFalse();
        assertThat(health.succeeded()).isFalse();
        assertThat(health.failed()).isFalse();
        assertThat(health.succeeded()).isFalse();
        assertThat(health.succeeded()).isTrue();
        assertThat(health.isUp()).isTrue();
    }

    @Test
    void theShareGrowsAfterItWasDown() {
        UpstreamHealth health = health(PASSIVE);
        assertThat(health.share()).as("a fresh one has all").isEqualTo(1);
        falls(health);
        assertThat(health.succeeded()).isTrue();
        assertThat(health.share()).isEqualTo(0.1);
        passes(Duration.ofSeconds(5));
        assertThat(health.share()).isEqualTo(0.5, within(1e-9));
        passes(Duration.ofSeconds(5));
        assertThat(health.share()).isEqualTo(1);
    }

    @Test
    void aTurnIsTakenAsOftenAsTheShareSays() {
        UpstreamHealth health = health(PASSIVE);
        falls(health);
        assertThat(health.succeeded()).isTrue();
        passes(Duration.ofMillis(2_500));
        int taken = 0;
        for (int i = 0; i < 400; i++) {
            taken += health.takesTurn() ? 1 : 0;
        }
        assertThat(taken).isEqualTo(100);
    }

    @Test
    void changedOptionsApplyToWhatWasCounted() {
        UpstreamHealth health = health(PASSIVE);
        assertThat(health.failed()).isFalse();
        health.configure(new UpstreamHealthOptions(Duration.ZERO, 2, 1, Duration.ZERO));
        assertThat(health.failed()).isTrue();
        assertThat(health.succeeded()).isTrue();
        assertThat(health.share()).isEqualTo(1);
    }
}
