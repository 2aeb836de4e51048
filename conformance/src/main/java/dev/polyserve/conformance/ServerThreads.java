package dev.polyserve.conformance;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;

/// The threads of servers in this process, by their names.
final class ServerThreads {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private ServerThreads() {}

    /// Processor time that those alive have used.
    static long cpuNanos() {
        long sum = 0;
        for (ThreadInfo thread : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().startsWith("polyserve")) {
                sum += Math.max(0, THREADS.getThreadCpuTime(thread.getThreadId()));
            }
        }
        return sum;
    }

    /// How many there are.
    static long count() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("polyserve"))
                .count();
    }
}
