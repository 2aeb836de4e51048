package dev.polyserve.bench.contender;

import java.util.Map;
import java.util.OptionalLong;

/// How much processor time a contender's processes had used at one moment, and how often their threads were switched.
///
/// Two samples make a [Cost]; one by itself says nothing. Taking one costs some microseconds for each process of the
/// machine and each thread of the contender, and the contender nothing.
///
/// **Thread**: any; samples are values.
public final class Usage {
    /// Threads that ended took their count of switches along. It is not missed when they did no more work than this.
    private static final long NEGLIGIBLE_PART = 100;
    private static final long NEGLIGIBLE_NANOS = 1_000_000;

    private final long takenAtNanos;
    private final long counted;
    private final Map<Long, ProcessUsage> processes;
    private final Map<Long, ThreadUsage> threads;

    Usage(long takenAtNanos, long counted, Map<Long, ProcessUsage> processes, Map<Long, ThreadUsage> threads) {
        this.takenAtNanos = takenAtNanos;
        this.counted = counted;
        this.processes = Map.copyOf(processes);
        this.threads = Map.copyOf(threads);
    }

    /// What was used between two samples of the same contender.
    ///
    /// @param elapsedNanos the time between them
    /// @param counted what the counter counted meanwhile
    /// @param cpuNanos processor time of all its processes, and of those and their threads that ended in between; empty
    ///         where the system does not tell, or a part of it is lost: that of an orphan that ended, or of the children
    ///         of a process that ignores SIGCHLD, which is noticed when a sample meets such a child
    /// @param cpuErrorNanos how far off that may be at most, because the system counts in steps
    /// @param contextSwitches how often its threads were taken from a processor; empty where the system does not tell,
    ///         or threads that did more than a hundredth of the work ended in between and took their count along
    public record Cost(long elapsedNanos, long counted, OptionalLong cpuNanos, long cpuErrorNanos,
            OptionalLong contextSwitches) {}

    /// What was used since an earlier sample.
    public Cost since(Usage earlier) {
        OptionalLong cpuNanos = cpuNanosSince(earlier);
        long errorNanos = errorNanosSince(earlier);
        OptionalLong switches = cpuNanos.isEmpty()
                ? OptionalLong.empty()
                : switchesSince(earlier, cpuNanos.getAsLong(), errorNanos);
        return new Cost(takenAtNanos - earlier.takenAtNanos, counted - earlier.counted, cpuNanos, errorNanos, switches);
    }

    /// Whether none of its processes has ended since, or asked for a child that had.
    boolean stillSo() {
        return processes.values().stream().allMatch(then -> ProcessStat.of(then.stat().pid())
                .filter(now -> now.reapedTicks() == then.stat().reapedTicks()).isPresent());
    }

    private OptionalLong cpuNanosSince(Usage earlier) {
        boolean known = !processes.isEmpty() && !earlier.processes.isEmpty() && !losesChildren()
                && !earlier.losesChildren() && earlier.processes.values().stream().noneMatch(this::isLost);
        long nanos = totalNanos() - earlier.totalNanos();
        return known && nanos >= 0 ? OptionalLong.of(nanos) : OptionalLong.empty();
    }

    private boolean losesChildren() {
        return processes.values().stream().map(one -> processes.get(one.stat().parent()))
                .anyMatch(parent -> parent != null && parent.disownsChildren());
    }

    /// Whether it has ended, and no process of the contender was its parent, who would have got its time.
    private boolean isLost(ProcessUsage then) {
        ProcessUsage now = processes.get(then.stat().pid());
        return (now == null || !now.isSame(then)) && !processes.containsKey(then.stat().parent());
    }

    private long totalNanos() {
        return processes.values().stream().mapToLong(ProcessUsage::totalNanos).sum();
    }

    private long errorNanosSince(Usage earlier) {
        long error = 0;
        for (ProcessUsage now : processes.values()) {
            error += now.stepNanos();
            ProcessUsage then = earlier.processes.get(now.stat().pid());
            if (then == null || then.stat().reapedTicks() != now.stat().reapedTicks()) {
                error += 2 * ProcessStat.TICK_NANOS;
            }
        }
        return error;
    }

    private OptionalLong switchesSince(Usage earlier, long cpuNanos, long errorNanos) {
        long switches = 0;
        long seenNanos = 0;
        for (Map.Entry<Long, ThreadUsage> entry : threads.entrySet()) {
            ThreadUsage then = earlier.threads.getOrDefault(entry.getKey(), ThreadUsage.NONE);
            ThreadUsage since = entry.getValue().since(then);
            switches += since.switches();
            seenNanos += since.cpuNanos();
        }
        long missedNanos = cpuNanos - seenNanos;
        boolean negligible = missedNanos <= Math.max(NEGLIGIBLE_NANOS + errorNanos, cpuNanos / NEGLIGIBLE_PART);
        return threads.isEmpty() || !negligible ? OptionalLong.empty() : OptionalLong.of(switches);
    }
}
