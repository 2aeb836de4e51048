package dev.polyserve.coroutine.hub;

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
    private static final Duration LIMIT = Duration.ofMillis(100);
    private static final Duration LONGER = Duration.ofMillis(300);

    /// Records stalls. A test waits for a report without a limit, so a busy machine only takes longer.
    private static final class RecordedStalls implements HubEventListener {
        private final BlockingQueue<String> reports = new LinkedBlockingQueue<>();
        private final boolean throwing;
        private volatile boolean first = true;

        RecordedStalls(boolean throwing) {
            this.throwing = throwing;
        }

        @Override
        public void stalled(Duration soFar, Optional<Task<?>> task, List<StackTraceElement> stack) {
            if (throwing && first) {
                first = false;
                throw new IllegalStateException("thrown by the listener of a test");
            }
            String where = stack.stream().map(StackTraceElement::getMethodName).filter(name -> name.startsWith("spin"))
                    .findFirst().orElse("elsewhere");
            reports.add(task.map(Task::name).orElse("no task") + " in " + where);
        }

        /// Spins until that task, the caller, is reported while it does. A busy machine may stop it before, and the report of
        /// that turn is the only one: then another turn begins.
        private void spinUntilReported(String task, Hub hub) throws InterruptedException {
            while (!reports.contains(task + " in spinUntil")) {
                long before = reportsOf(task);
                spinUntil(() -> reportsOf(task) > before);
                if (!reports.contains(task + " in spinUntil")) {
                    hub.yield();
                }
            }
        }

        private long reportsOf(String task) {
            return reports.stream().filter(report -> report.startsWith(task)).count();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTaskThatBlocksTheHubIsReportedOnceWithItsStack(HubMode mode) throws Exception {
        var stalls = new RecordedStalls(false);
        Hub.run(mode.options().withStallLimit(LIMIT).withListener(stalls), hub -> {
            hub.spawn("patient", () -> hub.yield());
            hub.spawn("sleeper", () -> hub.sleep(Duration.ofMillis(1)));
            hub.spawn("greedy", () -> {
                stalls.spinUntilReported("greedy", hub);
                long reported = System.nanoTime();
                spinUntil(() -> System.nanoTime() - reported > 3 * LIMIT.toNanos());
            }).join();
        });
        // A busy machine may have stalled other tasks too.
        assertThat(stalls.reports.stream().filter("greedy in spinUntil"::equals)).hasSize(1);
    }

    /// The task computes for much longer than the stall limit but switches all the time. A busy machine may take the
    /// processor away between two switches for longer than the limit; one report for each such pause is right.
    @ParameterizedTest
    @EnumSource
    void aTaskThatSwitchesIsNotReported(HubMode mode) throws Exception {
        var stalls = new RecordedStalls(false);
        int[] pauses = {0};
        Hub.run(mode.options().withStallLimit(LONGER).withListener(stalls), hub -> {
            long began = System.nanoTime();
            for (long last = began; last - began < 2 * LONGER.toNanos();) {
                hub.yield();
                long now = System.nanoTime();
                // A pause may begin before the task reads the clock, so half of it can count for the previous turn.
                pauses[0] += now - last >= LONGER.toNanos() / 2 ? 1 : 0;
                last = now;
            }
        });
        assertThat(stalls.reports).hasSizeLessThanOrEqualTo(pauses[0]);
    }

    @ParameterizedTest
    @EnumSource
    void aListenerThatThrowsDoesNotEndTheMonitor(HubMode mode) throws Exception {
        var stalls = new RecordedStalls(true);
        Hub.run(mode.options().withStallLimit(LIMIT).withListener(stalls), hub -> {
            hub.spawn("first", () -> spinUntil(() -> !stalls.first)).join();
            hub.spawn("second", () -> stalls.spinUntilReported("second", hub)).join();
        });
        assertThat(stalls.reports).contains("second in spinUntil");
    }

    private static void spinUntil(BooleanSupplier reported) {
        while (!reported.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }
}
