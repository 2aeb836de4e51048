package dev.polyserve.lab.work;

/// An amount of computing, as opposed to a time: a thread that has to share its processor takes longer.
///
/// **Thread**: any; the thread computes meanwhile.
final class Computation {
    private static final long MULTIPLIER = 6_364_136_223_846_793_005L;
    private static final int SHIFT = 29;
    /// About a millisecond of a processor of today.
    private static final int STEPS_PER_MILLI = 400_000;
    /// The JVM looks at safepoints between pieces.
    private static final int STEPS_PER_PIECE = 10_000;

    private Computation() {}

    /// Computes about as long on a free processor.
    ///
    /// @return the result, which depends on each step
    static long run(int millis) {
        long value = 1;
        for (long left = (long) millis * STEPS_PER_MILLI; left > 0; left -= STEPS_PER_PIECE) {
            value = piece(value);
        }
        return value;
    }

    private static long piece(long from) {
        long value = from;
        for (int i = 0; i < STEPS_PER_PIECE; i++) {
            value = (value ^ value >>> SHIFT) * MULTIPLIER;
        }
        return value;
    }
}
