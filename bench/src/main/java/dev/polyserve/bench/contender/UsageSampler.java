package dev.polyserve.bench.contender;

import dev.polyserve.bench.process.ProcFiles;
import dev.polyserve.bench.process.ProcessStat;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/// Samples the resource usage of processes.
///
/// It first reads the clocks of all processes, close together, and then the figures of their threads, which are less
/// urgent.
final class UsageSampler {
    private static final int TRIES = 5;
    /// Signal 17, on every architecture on which Java runs under Linux.
    private static final long SIGCHLD_BIT = 1L << 16;

    private UsageSampler() {}

    static ResourceUsage take(ContenderProcesses contender, LongSupplier counter) {
        // A child that ends during a sample is counted twice or not at all, so the sample is repeated when the set of
        // processes changed.
        ResourceUsage sample = sampleOnce(contender, counter);
        for (int i = 1; i < TRIES && !sample.isConsistent(); i++) {
            sample = sampleOnce(contender, counter);
        }
        return sample;
    }

    private static ResourceUsage sampleOnce(ContenderProcesses contender, LongSupplier counter) {
        List<ProcessStat> found = contender.now();
        long takenAtNanos = System.nanoTime();
        long counted = counter.getAsLong();
        Map<Long, Long> ownNanos = new HashMap<>();
        for (ProcessStat stat : found) {
            ownNanos(stat).ifPresent(nanos -> ownNanos.put(stat.pid(), nanos));
        }
        Map<Long, ProcessCpuUsage> processes = new HashMap<>();
        Map<Long, ThreadSchedStat> threads = new HashMap<>();
        for (ProcessStat stat : found) {
            Long nanos = ownNanos.get(stat.pid());
            if (nanos != null) {
                processes.put(stat.pid(), usage(stat, nanos));
                addThreads(stat.pid(), threads);
            }
        }
        return new ResourceUsage(takenAtNanos, counted, processes, threads);
    }

    private static OptionalLong ownNanos(ProcessStat stat) {
        return ProcessCpuClock.instance().map(clock -> clock.nanos(stat.pid()))
                .orElseGet(() -> OptionalLong.of(stat.ownTicks() * ProcessStat.TICK_NANOS));
    }

    private static ProcessCpuUsage usage(ProcessStat stat, long ownNanos) {
        String status = ProcFiles.text(Long.toString(stat.pid()), "status").orElse("");
        boolean ignoresSigchld = ProcFiles.field(status, "SigIgn")
                .map(mask -> (Long.parseUnsignedLong(mask, 16) & SIGCHLD_BIT) != 0).orElse(false);
        int processors = ProcFiles.field(status, "Cpus_allowed_list").map(list -> ProcessorList.parse(list).count())
                .orElse(1);
        // User and system time are rounded separately; the clock lags for running threads.
        long stepNanos = ProcessCpuClock.instance()
                .map(clock -> clock.tickNanos() * Math.clamp(stat.threads(), 1, processors))
                .orElse(2 * ProcessStat.TICK_NANOS);
        return new ProcessCpuUsage(stat, ownNanos, stepNanos, ignoresSigchld);
    }

    private static void addThreads(long pid, Map<Long, ThreadSchedStat> threads) {
        String process = Long.toString(pid);
        for (String thread : ProcFiles.names(process, "task").orElse(List.of())) {
            ProcFiles.text(process, "task", thread, "schedstat").map(ThreadSchedStat::parse)
                    .ifPresent(usage -> threads.put(Long.parseLong(thread), usage));
        }
    }
}
