package dev.polyserve.coroutine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BooleanSupplier;
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

    /// It computes for much longer than would be reported, but switches all the time. Where a busy machine takes the processor
    /// away for so long between two switches, one report for each such pause is right.
    @ParameterizedTest
    @EnumSource
    void oneThatSwitchesIsNotReported(Hubs hubs) throws Exception {
        var heard = new Heard(false);
        int[] pauses = {0};
        Hub.run(hubs.options().withStallLimit(LONGER).withListener(heard), hub -> {
            long began = System.nanoTime();
            for (long last = began; last - began < 2 * LONGER.toNanos();) {
                hub.yield();
                long now = System.nanoTime();
                // A pause may begin before the task looks at the clock, so half of it can count for the turn before.
                pauses[0] += now - last >= LONGER.toNanos() / 2 ? 1 : 0;
                last = now;
            }
        });
        assertThat(heard.reports).hasSizeLessThanOrEqualTo(pauses[0]);
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
