package dev.polyserve.bench.contender;

/// What a process had used at one moment.
///
/// @param stat which process it is
/// @param ownNanos processor time of its threads, those that ended too
/// @param stepNanos in steps of what size the system counts that, for all its threads together
/// @param disownsChildren whether it ignores SIGCHLD: then its children's time is added to nobody's when they end
record ProcessUsage(ProcessStat stat, long ownNanos, long stepNanos, boolean disownsChildren) {
    /// Its processor time and that of its children that ended.
    long totalNanos() {
        return ownNanos + stat.reapedTicks() * ProcessStat.TICK_NANOS;
    }

    boolean isSame(ProcessUsage other) {
        return stat.pid() == other.stat.pid() && stat.startTicks() == other.stat.startTicks();
    }
}
