package dev.polyserve.bench.contender;

import dev.polyserve.bench.process.ProcessStat;

/// The processor time of a process at one moment.
///
/// @param stat identifies the process
/// @param ownNanos processor time of its threads, including ended ones
/// @param stepNanos resolution of that figure, for all its threads together
/// @param ignoresSigchld true when the process ignores SIGCHLD: the kernel then drops its children's times when they
///         end
record ProcessCpuUsage(ProcessStat stat, long ownNanos, long stepNanos, boolean ignoresSigchld) {
    /// The processor time of the process and of its reaped children.
    long totalNanos() {
        return ownNanos + stat.reapedTicks() * ProcessStat.TICK_NANOS;
    }

    boolean isSame(ProcessCpuUsage other) {
        return stat.pid() == other.stat.pid() && stat.startTicks() == other.stat.startTicks();
    }
}
