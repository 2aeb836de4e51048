package dev.polyserve.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Input;
import dev.polyserve.Model;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.Server;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A server that stalls for 100 ms once a second: an open loop must show the stalls, a closed loop hides them.
@Tag("slow")
@Timeout(60)
class StallTest {
    private static final Duration LEAD_IN = Duration.ofMillis(500);
    private static final Duration COUNTED = Duration.ofSeconds(2);

    /// An echo on one loop, which stalls periodically.
    private static final class Stalling implements Protocol {
        private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);
        private static final long STALL_MILLIS = 100;
        /// Owned by the loop.
        private static long stalledAtNanos = System.nanoTime();

        @Override
        public void received(Input input, Output output) throws IOException, InterruptedException {
            if (System.nanoTime() - stalledAtNanos > EVERY_NANOS) {
                stalledAtNanos = System.nanoTime();
                Thread.sleep(STALL_MILLIS);
            }
            output.write(input.takeAll());
        }
    }

    private static LoadRunResult run(RequestPacing pacing) throws Exception {
        try (Server server = Server.at("tcp://127.0.0.1:0").model(Model.nio()).protocol(Stalling::new).start();
                LoadGenerator load = LoadGenerator
                        .open(new LoadGenerator.Plan(server.endpoints().getFirst(), new LoadProfile.Exchanges(64), 1,
                                1,
                                true))) {
            return load.begin(pacing, LEAD_IN, COUNTED).await();
        }
    }

    @Test
    void theOpenLoopShowsIt() throws Exception {
        LoadRunResult recording = run(new RequestPacing.Open(500));
        assertThat(recording.percentileMicros(99)).as("p99").isBetween(70_000.0, 200_000.0);
        assertThat(recording.percentileMicros(50)).as("p50").isLessThan(20_000);
    }

    @Test
    void theClosedLoopHidesIt() throws Exception {
        LoadRunResult recording = run(new RequestPacing.Closed(1));
        assertThat(recording.percentileMicros(99)).as("p99").isLessThan(20_000);
        assertThat(recording.percentileMicros(100)).as("max").isGreaterThan(90_000);
    }
}
