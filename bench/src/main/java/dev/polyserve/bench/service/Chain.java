package dev.polyserve.bench.service;

/// A chain of multiplications of which each needs the result of the one before: an amount of computing that takes the same
/// processor time in every language, and that no compiler can shorten.
///
/// A step is `value = (value ^ value >>> 29) * 6364136223846793005` on 64 bits. The shift keeps the step from being linear:
/// a compiler may fold several multiplications by constants into one (HotSpot's C2 does), but not these.
public final class Chain {
    /// The multiplier, Knuth's for MMIX; odd, so that no value is lost.
    private static final long MULTIPLIER = 6_364_136_223_846_793_005L;
    private static final int SHIFT = 29;
    /// Some 20 µs. A loop that the compiler counts has no safepoint inside, and would hold up a collection of garbage for as
    /// long as it runs.
    private static final int PIECE = 10_000;

    private Chain() {}

    /// The value at the end of a chain.
    ///
    /// **Thread**: any; it is busy meanwhile.
    ///
    /// @param value the first one; not 0, of which all others would be 0
    /// @param multiplications how many
    public static long end(long value, long multiplications) {
        long end = value;
        for (long left = multiplications; left > 0;) {
            int piece = (int) Math.min(left, PIECE);
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
