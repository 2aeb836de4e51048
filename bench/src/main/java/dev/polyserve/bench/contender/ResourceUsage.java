package dev.polyserve.bench.contender;

import dev.polyserve.bench.process.ProcessStat;
import java.util.Map;
import java.util.OptionalLong;

/// The processor time and context switches of a contender's processes up to one moment.
///
/// The difference of two samples is a [Cost]. A sample takes some microseconds for each process of the machine and each
/// thread of the contender; it does not slow the contender.
///
/// **Thread**: any; samples are values.
public final class ResourceUsage {
    /// The context switches of ended threads are lost. The loss is negligible when those threads did no more work than
    /// this.
    private static final long NEGLIGIBLE_PART = 100;
    private static final long NEGLIGIBLE_NANOS = 1_000_000;

    private final long takenAtNanos;
    private final long counted;
    private final Map<Long, ProcessCpuUsage> processes;
    private final Map<Long, ThreadSchedStat> threads;

    ResourceUsage(long takenAtNanos, long counted, Map<Long, ProcessCpuUsage> processes,
            Map<Long, ThreadSchedStat> threads) {
        this.takenAtNanos = takenAtNanos;
        this.counted = counted;
        this.processes = Map.copyOf(processes);
        this.threads = Map.copyOf(threads);
    }

    /// The cost between two samples of the same contender.
    ///
    /// @param elapsedNanos time between the samples
    /// @param counted growth of the counter
    /// @param cpuNanos processor time of all its processes, including those and their threads that ended in between.
    ///         Empty where the system does not report it, or a part of it is lost: that of an orphan that ended, or of
    ///         the children of a process that ignores SIGCHLD, which is detected when a sample finds such a child
    /// @param cpuErrorNanos maximum error of that figure, because the system counts in steps
    /// @param contextSwitches number of context switches of its threads. Empty where the system does not report it, or
    ///         when threads with more than a hundredth of the work ended in between
    public record Cost(long elapsedNanos, long counted, OptionalLong cpuNanos, long cpuErrorNanos,
            OptionalLong contextSwitches) {}

    public Cost since(ResourceUsage earlier) {
        OptionalLong cpuNanos = cpuNanosSince(earlier);
        long errorNanos = errorNanosSince(earlier);
        OptionalLong switches = cpuNanos.isEmpty()
                ? OptionalLong.empty()
                : switchesSince(earlier, cpuNanos.getAsLong(), errorNanos);
        return new Cost(takenAtNanos - earlier.takenAtNanos, counted - earlier.counted, cpuNanos, errorNanos, switches);
    }

    /// True when, since the sample, none of its processes has ended or reaped a child.
    boolean isConsistent() {
        return processes.values().stream().allMatch(then -> ProcessStat.of(then.stat().pid())
                .filter(now -> now.reapedTicks() == then.stat().reapedTicks()).isPresent());
    }

    private OptionalLong cpuNanosSince(ResourceUsage earlier) {
        boolean known = !processes.isEmpty() && !earlier.processes.isEmpty() && !losesChildren()
                && !earlier.losesChildren() && earlier.processes.values().stream().noneMatch(this::isLost);
        long nanos = totalNanos() - earlier.totalNanos();
        return known && nanos >= 0 ? OptionalLong.of(nanos) : OptionalLong.empty();
    }

    private boolean losesChildren() {
        return processes.values().stream().map(one -> processes.get(one.stat().parent()))
                .anyMatch(parent -> parent != null && parent.ignoresSigchld());
    }

    /// True when the process has ended and its parent, which would account for its time, is not a process of the
    /// contender.
    private boolean isLost(ProcessCpuUsage then) {
        ProcessCpuUsage now = processes.get(then.stat().pid());
        return (now == null || !now.isSame(then)) && !processes.containsKey(then.stat().parent());
    }

    private long totalNanos() {
        return processes.values().stream().mapToLong(ProcessCpuUsage::totalNanos).sum();
    }

    private long errorNanosSince(ResourceUsage earlier) {
        long error = 0;
        for (ProcessCpuUsage now : processes.values()) {
            error += now.stepNanos();
            ProcessCpuUsage then = earlier.processes.get(now.stat().pid());
            if (then == null || then.stat().reapedTicks() != now.stat().reapedTicks()) {
                error += 2 * ProcessStat.TICK_NANOS;
            }
        }
        return error;
    }

    private OptionalLong switchesSince(ResourceUsage earlier, long cpuNanos, long errorNanos) {
        long switches = 0;
        long seenNanos = 0;
        for (Map.Entry<Long, ThreadSchedStat> entry : threads.entrySet()) {
            ThreadSchedStat then = earlier.threads.getOrDefault(entry.getKey(), ThreadSchedStat.NONE);
            ThreadSchedStat since = entry.getValue().since(then);
            switches += since.switches();
            seenNanos += since.cpuNanos();
        }
        long missedNanos = cpuNanos - seenNanos;
        boolean negligible = missedNanos <= Math.max(NEGLIGIBLE_NANOS + errorNanos, cpuNanos / NEGLIGIBLE_PART);
        return threads.isEmpty() || !negligible ? OptionalLong.empty() : OptionalLong.of(switches);
    }
}
