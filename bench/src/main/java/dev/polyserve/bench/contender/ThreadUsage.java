package dev.polyserve.bench.contender;

/// What a thread had used at one moment.
///
/// @param cpuNanos its processor time
/// @param switches how often it was given a processor, which is how often it was taken from one
record ThreadUsage(long cpuNanos, long switches) {
    /// Before it began.
    static final ThreadUsage NONE = new ThreadUsage(0, 0);

    /// From `/proc/PID/task/TID/schedstat`: nanoseconds on a processor, nanoseconds waiting for one, how often on one.
    static ThreadUsage parse(String schedstat) {
        String[] numbers = schedstat.strip().split(" ", -1);
        return new ThreadUsage(Long.parseLong(numbers[0]), Long.parseLong(numbers[2]));
    }

    /// What it used since then.
    ThreadUsage since(ThreadUsage then) {
        // A thread that has used less than before is another one with its number.
        return cpuNanos < then.cpuNanos
                ? this
                : new ThreadUsage(cpuNanos - then.cpuNanos, switches - then.switches);
    }
}
