package dev.polyserve.bench;

import dev.polyserve.bench.service.Chain;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

/// What the processors of a contender can compute, so that an amount of work can be given as a time.
///
/// @param processors how many a contender has
/// @param multiplicationsPerMicro how long a [Chain] one of them computes in a microsecond of its time
record ProcessorCapacity(int processors, double multiplicationsPerMicro) {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final long LENGTH = 500_000;
    /// The compiler has had its time then, on a busy machine too.
    private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int TRIES_WITHOUT_GAIN = 20;
    private static final double GAIN = 1.01;

    /// Measures a processor of this process, on the present thread, in some tenths of a second. Processor time is taken, not
    /// the clock's: what else the machine does meanwhile does not count.
    static ProcessorCapacity measure(int processors) {
        return new ProcessorCapacity(processors, multiplicationsPerMicro(THREADS::getCurrentThreadCpuTime,
                length -> Chain.end(1, length)));
    }

    /// The best of several tries: once it has not become better for a while, the code is compiled and the processor at its
    /// speed.
    ///
    /// @param cpuNanos processor time of this thread
    /// @param chain computes one of this length
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

    /// The length of the chain that takes about so much processor time here.
    long multiplications(Duration computing) {
        return Math.round(computing.toNanos() / 1e3 * multiplicationsPerMicro);
    }
}
