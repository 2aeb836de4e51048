package dev.polyserve.lab.work;

import dev.polyserve.bench.service.FixedCpuWork;

/// Computes a given amount, as opposed to for a given time: a thread that has to share its processor takes longer.
///
/// **Thread**: any; the thread computes meanwhile.
final class FixedComputation {
    /// About a millisecond of a processor of today.
    private static final long STEPS_PER_MILLI = 400_000;

    private FixedComputation() {}

    /// Computes about as long on a free processor.
    ///
    /// @return the result, which depends on each step
    static long run(int millis) {
        return FixedCpuWork.end(1, millis * STEPS_PER_MILLI);
    }
}
