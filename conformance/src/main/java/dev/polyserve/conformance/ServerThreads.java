package dev.polyserve.conformance;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.stream.Stream;

/// Counts the threads of servers in this process and their processor time, with the JDK's threads that carry and poll
/// for virtual threads; found by name.
final class ServerThreads {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final List<String> OF_VIRTUAL_THREADS = List.of("ForkJoinPool-1-worker-", "Read-Poller",
            "Write-Poller",
            "VirtualThread-unparker");
    private static final String SPARE = "polyserve-spare";

    private ServerThreads() {}

    /// The processor time that the live ones among them have used.
    static long cpuNanos() {
        long sum = 0;
        for (ThreadInfo thread : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
            if (thread != null && serves(thread.getThreadName())) {
                sum += Math.max(0, THREADS.getThreadCpuTime(thread.getThreadId()));
            }
        }
        return sum;
    }

    private static boolean serves(String name) {
        return name.startsWith("polyserve") || OF_VIRTUAL_THREADS.stream().anyMatch(name::startsWith);
    }

    static long count() {
        return names().count();
    }

    /// The number without spare threads for loops, which come when a busy machine delays a handler, and end half a minute
    /// later.
    static long countInUse() {
        return names().filter(name -> !name.equals(SPARE)).count();
    }

    private static Stream<String> names() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                .filter(name -> name.startsWith("polyserve"));
    }
}
