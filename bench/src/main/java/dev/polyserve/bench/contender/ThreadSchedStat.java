package dev.polyserve.bench.contender;

/// The processor time and context switches of a thread at one moment.
///
/// @param cpuNanos its processor time
/// @param switches how often it was scheduled, which equals how often it was switched out
record ThreadSchedStat(long cpuNanos, long switches) {
    /// The usage of a thread before it started.
    static final ThreadSchedStat NONE = new ThreadSchedStat(0, 0);

    /// Parses `/proc/PID/task/TID/schedstat`: nanoseconds on a processor, nanoseconds in the run queue, number of time
    /// slices.
    static ThreadSchedStat parse(String schedstat) {
        String[] numbers = schedstat.strip().split(" ", -1);
        return new ThreadSchedStat(Long.parseLong(numbers[0]), Long.parseLong(numbers[2]));
    }

    /// The usage since an earlier sample.
    ThreadSchedStat since(ThreadSchedStat then) {
        // A thread with less processor time than before is a new one with the same id.
        return cpuNanos < then.cpuNanos
                ? this
                : new ThreadSchedStat(cpuNanos - then.cpuNanos, switches - then.switches);
    }
}
