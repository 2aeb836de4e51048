package dev.polyserve.bench.contender;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// Counts the system calls of a contender while it is loaded.
///
/// Being watched slows the contender (with perf a little, with strace ten times and more), so this needs a window of its
/// own, in which nothing is timed. Threads and processes that begin in the window count, too.
///
/// **Thread**: one at a time.
public sealed interface SystemCallCounts extends AutoCloseable permits PerfStat, StraceSummary {
    /// What was counted from [#watch] to [#stop].
    ///
    /// @param systemCalls calls that began in the window
    /// @param contextSwitches how often its threads were taken from a processor, those that ended too; empty with strace
    /// @param by the program that counted
    record Count(long systemCalls, OptionalLong contextSwitches, String by) {}

    /// Ends the count.
    ///
    /// @throws ContenderException when the counting program failed
    Count stop() throws ContenderException, InterruptedException;

    /// Ends the counting program where [#stop] did not.
    @Override
    void close();

    /// Begins to count, by perf, or where there is none or it may not, by strace; it counts when this returns.
    ///
    /// @throws ContenderException saying why neither can
    static SystemCallCounts watch(RunningContender running) throws ContenderException, InterruptedException {
        return watch(running, PathLookup.ofThisProcess());
    }

    /// The same, with the programs of that path.
    static SystemCallCounts watch(RunningContender running, PathLookup path)
            throws ContenderException, InterruptedException {
        List<Long> pids = running.pids();
        if (pids.isEmpty()) {
            throw new ContenderException("the system calls of " + running.name()
                    + " are not counted, because its processes are not known here");
        }
        List<String> reasons = new ArrayList<>();
        for (Counter counter : Counter.values()) {
            var program = path.find(counter.program);
            if (program.isEmpty()) {
                reasons.add(
                        "there is no " + counter.program + " here (Debian has it in " + counter.debianPackage + ")");
                continue;
            }
            try {
                return switch (counter) {
                    case PERF -> PerfStat.attach(program.get(), pids);
                    case STRACE -> StraceSummary.attach(program.get(), pids);
                };
            } catch (ContenderException e) {
                reasons.add(e.getMessage());
            }
        }
        throw new ContenderException("the system calls of " + running.name() + " are not counted, because "
                + String.join(", and ", reasons));
    }

    /// What can count, best first.
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
