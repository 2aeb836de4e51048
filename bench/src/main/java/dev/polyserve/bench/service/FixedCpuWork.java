package dev.polyserve.bench.service;

/// A chain of dependent multiplications: an amount of computing that takes the same processor time in every language,
/// and that no compiler can shorten.
///
/// A step is `value = (value ^ value >>> 29) * 6364136223846793005` on 64 bits. The shift makes the step non-linear: a
/// compiler may fold several multiplications by constants into one (HotSpot's C2 does), but not these.
public final class FixedCpuWork {
    /// Knuth's multiplier for MMIX; odd, so that a step is invertible.
    private static final long MULTIPLIER = 6_364_136_223_846_793_005L;
    private static final int SHIFT = 29;
    /// About 20 µs. HotSpot omits the safepoint in a counted loop, so a longer one would delay a garbage collection
    /// until it ends.
    private static final int STEPS_PER_LOOP = 10_000;

    private FixedCpuWork() {}

    /// Returns the value at the end of a chain.
    ///
    /// **Thread**: any; the thread computes meanwhile.
    ///
    /// @param value the first value; must not be 0, because all later values would be 0
    /// @param multiplications length of the chain
    public static long end(long value, long multiplications) {
        long end = value;
        for (long left = multiplications; left > 0;) {
            int piece = (int) Math.min(left, STEPS_PER_LOOP);
            end = piece(end, piece);
            left -= piece;
        }
        return end;
    }

    private static long piece(long value, int multiplications) {
        long end = value;
        for (int i = 0; i < multiplications; i++) {
            end = (end ^ end >>> SHIFT) * MULTIPLIER;
        }
        return end;
    }
}
