package dev.polyserve.cli.services;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// Token buckets with a manual clock.
class SourceRateLimiterTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);

    private SourceRateLimiter rates(boolean byPort) {
        return new SourceRateLimiter(TimeUnit.MILLISECONDS.toNanos(100), 20, byPort, 42, nanos::get);
    }

    private static InetSocketAddress source(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    private static int taken(SourceRateLimiter rates, InetSocketAddress source, int tries) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += rates.take(source) ? 1 : 0;
        }
        return taken;
    }

    @Test
    void aBucketIsEmptiedAndFillsAgain() {
        SourceRateLimiter rates = rates(true);
        InetSocketAddress source = source("192.0.2.1", 5000);
        assertThat(taken(rates, source, 30)).isEqualTo(20);
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(1_000));
        assertThat(taken(rates, source, 30)).isEqualTo(10);
        nanos.addAndGet(TimeUnit.HOURS.toNanos(1));
        assertThat(taken(rates, source, 30)).isEqualTo(20);
    }

    @Test
    void aSourceIsAPortOrAnAddressOrANetwork() {
        assertThat(taken(rates(true), source("192.0.2.1", 5000), 30)).isEqualTo(20);
        SourceRateLimiter byPort = rates(true);
        assertThat(taken(byPort, source("192.0.2.1", 5000), 30)).isEqualTo(20);
        assertThat(taken(byPort, source("192.0.2.1", 5001), 30)).isEqualTo(20);
        SourceRateLimiter byAddress = rates(false);
        assertThat(taken(byAddress, source("192.0.2.1", 5000), 30)).isEqualTo(20);
        assertThat(taken(byAddress, source("192.0.2.1", 5001), 30)).isZero();
        assertThat(taken(byAddress, source("192.0.2.2", 5001), 30)).isEqualTo(20);
        assertThat(taken(byAddress, source("2001:db8::1", 5000), 30)).isEqualTo(20);
        assertThat(taken(byAddress, source("2001:db8::2", 5000), 30)).as("the same /64").isZero();
        assertThat(taken(byAddress, source("2001:db8:0:1::1", 5000), 30)).isEqualTo(20);
    }

    @Test
    void manySourcesSpreadOverTheBuckets() {
        SourceRateLimiter rates = rates(true);
        int first = 0;
        for (int port = 1024; port < 2024; port++) {
            first += taken(rates, source("192.0.2.1", port), 20);
        }
        assertThat(first).as("of 20,000 tokens, but for sources that share a bucket").isGreaterThan(16_000);
    }
}
