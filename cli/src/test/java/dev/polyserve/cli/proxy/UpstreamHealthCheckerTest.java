package dev.polyserve.cli.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Client;
import dev.polyserve.Endpoint;
import dev.polyserve.Tls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The checks of upstreams.
class UpstreamHealthCheckerTest {
    @TempDir
    Path directory;

    @Test
    void aDefectEndsOneCheckOnly() throws Exception {
        UpstreamHealthOptions health = new UpstreamHealthOptions(Duration.ofMillis(1), 1, 1, Duration.ZERO);
        Endpoint nothing = Endpoint.parse("unix:" + directory.resolve("none"));
        ReverseProxyOptions options = new ReverseProxyOptions(List.of(nothing), List.of(), BalancingMethod.ROUND_ROBIN,
                0, health, 0, Tls.client(), Duration.ofSeconds(1), Duration.ofSeconds(1));
        CountDownLatch checks = new CountDownLatch(3);
        UpstreamHealth defective = new UpstreamHealth(health, () -> {
            checks.countDown();
            throw new IllegalStateException("a defect");
        });
        UpstreamServer upstream = new UpstreamServer(Client.to(nothing), defective, new UpstreamCounters());
        try (UpstreamHealthChecker _ = UpstreamHealthChecker.of(List.of(upstream), options)) {
            assertThat(checks.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }
}
