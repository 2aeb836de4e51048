package dev.polyserve.bench;

import dev.polyserve.bench.service.FixedCpuWork;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

/// The computing speed of a contender's processors; converts a time into an amount of work.
///
/// @param processors number of processors that a contender has
/// @param multiplicationsPerMicro multiplications of a [FixedCpuWork] that one processor computes in a microsecond of
///         processor time
record ProcessorSpeed(int processors, double multiplicationsPerMicro) {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final long LENGTH = 500_000;
    /// Long enough for the JIT compiler to finish, even on a busy machine.
    private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int TRIES_WITHOUT_GAIN = 20;
    private static final double GAIN = 1.01;

    /// Measures one processor on the current thread; takes some tenths of a second. It counts processor time, not
    /// wall-clock time, so that other load on the machine does not matter.
    static ProcessorSpeed measure(int processors) {
        return new ProcessorSpeed(processors, multiplicationsPerMicro(THREADS::getCurrentThreadCpuTime,
                length -> FixedCpuWork.end(1, length)));
    }

    /// Returns the best of several tries. It stops when the figure no longer improves: the code is compiled by then,
    /// and the processor runs at full clock speed.
    ///
    /// @param cpuNanos processor time of this thread
    /// @param chain computes a chain of the given length
    static double multiplicationsPerMicro(LongSupplier cpuNanos, LongUnaryOperator chain) {
        long beganNanos = cpuNanos.getAsLong();
        double best = 0;
        for (int triesWithoutGain = 0; triesWithoutGain < TRIES_WITHOUT_GAIN
                || cpuNanos.getAsLong() - beganNanos < LEAST_NANOS;) {
            long before = cpuNanos.getAsLong();
            if (chain.applyAsLong(LENGTH) == 0) {
                throw new IllegalStateException("a chain of multiplications came to 0");
            }
            double now = LENGTH * 1e3 / Math.max(1, cpuNanos.getAsLong() - before);
            triesWithoutGain = now > best * GAIN ? 0 : triesWithoutGain + 1;
            best = Math.max(best, now);
        }
        return best;
    }

    /// The length of a chain that takes about this much processor time here.
    long multiplications(Duration computing) {
        return Math.round(computing.toNanos() / 1e3 * multiplicationsPerMicro);
    }
}
