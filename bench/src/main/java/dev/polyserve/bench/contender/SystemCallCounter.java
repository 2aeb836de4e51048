package dev.polyserve.bench.contender;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// Counts the system calls of a contender under load.
///
/// Tracing slows the contender (perf a little, strace tenfold and more), so counting uses a window of its own, in which
/// nothing is timed. Threads and processes that start in the window are included.
///
/// **Thread**: one at a time.
public sealed interface SystemCallCounter extends AutoCloseable permits PerfStatCounter, StraceCounter {
    /// The counts between [#attach] and [#stop].
    ///
    /// @param systemCalls number of calls that began in the window
    /// @param contextSwitches number of context switches of its threads, including ended ones; empty with strace
    /// @param by the program that counted
    record Count(long systemCalls, OptionalLong contextSwitches, String by) {}

    /// Ends the count.
    ///
    /// @throws ContenderException when the counting program failed
    Count stop() throws ContenderException, InterruptedException;

    /// Ends the counting program if [#stop] has not.
    @Override
    void close();

    /// Starts counting with perf or, where perf is missing or not permitted, with strace. Counting is active when this
    /// returns.
    ///
    /// @throws ContenderException saying why neither works
    static SystemCallCounter attach(RunningContender running) throws ContenderException, InterruptedException {
        return attach(running, ExecutableLookup.ofThisProcess());
    }

    /// The same, with the programs of the given path.
    static SystemCallCounter attach(RunningContender running, ExecutableLookup path)
            throws ContenderException, InterruptedException {
        List<Long> pids = running.pids();
        if (pids.isEmpty()) {
            throw new ContenderException("the system calls of " + running.name()
                    + " are not counted, because its processes are not visible");
        }
        List<String> reasons = new ArrayList<>();
        for (Counter counter : Counter.values()) {
            var program = path.find(counter.program);
            if (program.isEmpty()) {
                reasons.add(
                        counter.program + " is not installed (Debian package " + counter.debianPackage + ")");
                continue;
            }
            try {
                return switch (counter) {
                    case PERF -> PerfStatCounter.attach(program.get(), pids);
                    case STRACE -> StraceCounter.attach(program.get(), pids);
                };
            } catch (ContenderException e) {
                reasons.add(e.getMessage());
            }
        }
        throw new ContenderException("the system calls of " + running.name() + " are not counted, because "
                + String.join(", and ", reasons));
    }

    /// The programs that can count, best first.
    enum Counter {
        /// Counts in the kernel.
        PERF("perf", "linux-perf"),
        /// Stops the process at each call.
        STRACE("strace", "strace");

        private final String program;
        private final String debianPackage;

        Counter(String program, String debianPackage) {
            this.program = program;
            this.debianPackage = debianPackage;
        }
    }
}
