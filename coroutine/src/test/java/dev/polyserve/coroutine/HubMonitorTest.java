package dev.polyserve.coroutine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HubMonitorTest {
    private static final Duration LIMIT = Duration.ofMillis(200);
    private static final Duration LONGER = Duration.ofMillis(600);

    /// Whoever waits for a report would wait for ever without it, so a busy machine only takes longer.
    private static final class Heard implements HubListener {
        private final BlockingQueue<String> reports = new LinkedBlockingQueue<>();
        private final boolean throwing;
        private volatile boolean first = true;

        Heard(boolean throwing) {
            this.throwing = throwing;
        }

        @Override
        public void stalled(Duration soFar, Optional<Task<?>> task, List<StackTraceElement> stack) {
            if (throwing && first) {
                first = false;
                throw new IllegalStateException("a listener of a test that throws");
            }
            String where = stack.stream().map(StackTraceElement::getMethodName).filter(name -> name.startsWith("spin"))
                    .findFirst().orElse("elsewhere");
            reports.add(task.map(Task::name).orElse("nobody") + " in " + where);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTaskThatKeepsTheHubIsReportedOnceWithItsStack(Hubs hubs) throws Exception {
        var heard = new Heard(false);
        Hub.run(hubs.options().withStallLimit(LIMIT).withListener(heard), hub -> {
            hub.spawn("patient", () -> hub.yield());
            hub.spawn("sleeper", () -> hub.sleep(Duration.ofMillis(1)));
            hub.spawn("greedy", () -> {
                spinUntil(() -> heard.reports.contains("greedy in spinUntil"));
                long reported = System.nanoTime();
                spinUntil(() -> System.nanoTime() - reported > 3 * LIMIT.toNanos());
            }).join();
        });
        // A busy machine may have stalled others, too.
        assertThat(heard.reports.stream().filter(report -> report.startsWith("greedy"))).hasSize(1);
    }

    /// It computes for as long as would be reported, but never without a switch.
    @ParameterizedTest
    @EnumSource
    void oneThatSwitchesIsNotReported(Hubs hubs) throws Exception {
        var heard = new Heard(false);
        long[] longest = {0};
        Hub.run(hubs.options().withStallLimit(LONGER).withListener(heard), hub -> {
            long began = System.nanoTime();
            for (long last = began; last - began < 2 * LONGER.toNanos();) {
                hub.yield();
                long now = System.nanoTime();
                longest[0] = Math.max(longest[0], now - last);
                last = now;
            }
        });
        Assumptions.assumeTrue(longest[0] < LONGER.toNanos() / 2, "others on the machine have stalled it");
        assertThat(heard.reports).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aListenerThatThrowsDoesNotEndTheMonitor(Hubs hubs) throws Exception {
        var heard = new Heard(true);
        Hub.run(hubs.options().withStallLimit(LIMIT).withListener(heard), hub -> {
            hub.spawn("first", () -> spinUntil(() -> !heard.first)).join();
            hub.spawn("second", () -> spinUntil(() -> heard.reports.contains("second in spinUntil"))).join();
        });
        assertThat(heard.reports).contains("second in spinUntil");
    }

    private static void spinUntil(BooleanSupplier reported) {
        while (!reported.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }
}
