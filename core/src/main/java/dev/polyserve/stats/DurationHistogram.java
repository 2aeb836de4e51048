package dev.polyserve.stats;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/// Counts durations in buckets, for one writer: two plain additions for each.
///
/// **Thread**: one writes at a time; any reads, and may see values that lag behind.
public final class DurationHistogram {
    private static final VarHandle COUNTS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle SUM;

    static {
        try {
            SUM = MethodHandles.lookup().findVarHandle(DurationHistogram.class, "sumNanos", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final HistogramBuckets buckets;
    private final long[] counts;
    @SuppressWarnings("unused")
    private long sumNanos;

    /// Creates an empty one with these bounds.
    public DurationHistogram(HistogramBuckets buckets) {
        this.buckets = buckets;
        this.counts = new long[buckets.count()];
    }

    /// Counts a duration. **Thread**: the writer.
    public void add(long nanos) {
        int index = buckets.indexOf(nanos);
        COUNTS.setOpaque(counts, index, counts[index] + 1);
        SUM.setOpaque(this, (long) SUM.get(this) + nanos);
    }

    /// The sum of all durations. **Thread**: any.
    public long sumNanos() {
        return (long) SUM.getOpaque(this);
    }

    /// What it holds now. **Thread**: any.
    public HistogramSnapshot snapshot() {
        List<Long> copy = new ArrayList<>(counts.length);
        for (int i = 0; i < counts.length; i++) {
            copy.add((long) COUNTS.getOpaque(counts, i));
        }
        return new HistogramSnapshot(buckets, copy, sumNanos());
    }
}
