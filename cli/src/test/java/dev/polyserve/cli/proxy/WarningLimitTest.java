package dev.polyserve.cli.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// How many warnings clients can cause.
class WarningLimitTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final WarningLimit limit = new WarningLimit(nanos::get);

    @Test
    void oneASecondIsLogged() {
        assertThat(limit.admit("a")).isEqualTo("a");
        assertThat(limit.admit("b")).isNull();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1) - 1);
        assertThat(limit.admit("c")).isNull();
        nanos.incrementAndGet();
        assertThat(limit.admit("d")).isEqualTo("d (and 2 more like it)");
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertThat(limit.admit("e")).isEqualTo("e");
    }
}
