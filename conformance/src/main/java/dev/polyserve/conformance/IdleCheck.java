package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// What a server takes of its machine while it has nothing to do: processor time of its threads and workers, and memory.
///
/// **Thread**: its test's.
final class IdleCheck {
    private static final Duration WINDOW = Duration.ofMillis(500);
    /// 2 % of a core.
    private static final double IDLE_CORES = 0.02;
    /// A busy machine takes a while to end what was begun, and to compile what has run; what spins does so for ever.
    private static final int MOST_WINDOWS = 30;
    private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();

    private IdleCheck() {}

    /// Requires that the only server of this process, which has nothing to do, comes to use less than 2 % of a core in half a
    /// second; `polling`, which asks all the time, excepted.
    static void requireIdle(Cell cell) throws InterruptedException {
        if (cell.polls()) {
            return;
        }
        double used = coresUsed();
        for (int i = 1; i < MOST_WINDOWS && used >= IDLE_CORES; i++) {
            used = coresUsed();
        }
        assertTrue(used < IDLE_CORES, "a server with nothing to do uses " + used + " of a core");
    }

    /// On average over one window. Time on a processor does not depend on what else the machine does.
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

    /// How much of the heap is in use after a collection.
    static long heapBytes() {
        MEMORY.gc();
        return MEMORY.getHeapMemoryUsage().getUsed();
    }
}
