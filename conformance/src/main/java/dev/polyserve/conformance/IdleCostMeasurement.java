package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Measures the processor time and memory of an idle server, including its workers.
///
/// **Thread**: its test's.
final class IdleCostMeasurement {
    private static final Duration WINDOW = Duration.ofMillis(500);
    private static final double IDLE_CORES = 0.02;
    /// Work in progress and compilation take a while to end on a busy machine, so several windows may pass. A spinning
    /// thread never ends.
    private static final int MOST_WINDOWS = 30;
    private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();

    private IdleCostMeasurement() {}

    /// Requires that the only server of this process uses less than 2 % of a core while it is idle. Skips `polling`.
    static void requireIdle(ContractCell cell) throws InterruptedException {
        if (cell.polls()) {
            return;
        }
        double used = coresUsed();
        for (int i = 1; i < MOST_WINDOWS && used >= IDLE_CORES; i++) {
            used = coresUsed();
        }
        assertTrue(used < IDLE_CORES, "an idle server uses " + used + " of a core");
    }

    /// The average over one window. Processor time does not depend on the load of the machine.
    private static double coresUsed() throws InterruptedException {
        long before = ServerThreads.cpuNanos() + workersNanos();
        long began = System.nanoTime();
        TimeUnit.NANOSECONDS.sleep(WINDOW.toNanos());
        long used = ServerThreads.cpuNanos() + workersNanos() - before;
        return (double) used / (System.nanoTime() - began);
    }

    private static long workersNanos() {
        return ProcessHandle.current().children()
                .mapToLong(worker -> worker.info().totalCpuDuration().map(Duration::toNanos).orElse(0L)).sum();
    }

    /// The used heap after a garbage collection.
    static long heapBytes() {
        MEMORY.gc();
        return MEMORY.getHeapMemoryUsage().getUsed();
    }
}
