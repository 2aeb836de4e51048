package dev.polyserve.stats;

import dev.polyserve.ServerStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// A histogram at one moment.
///
/// @param buckets its bounds
/// @param counts how many values each bucket holds
/// @param sumNanos the sum of the values
public record HistogramSnapshot(HistogramBuckets buckets, List<Long> counts,
        long sumNanos) implements ServerStats.Histogram {
    /// Copies the list.
    ///
    /// @throws IllegalArgumentException when it does not have one count for each bucket
    public HistogramSnapshot {
        counts = List.copyOf(counts);
        if (counts.size() != buckets.count()) {
            throw new IllegalArgumentException(
                    "a histogram of " + buckets + " has " + buckets.count() + " buckets, not " + counts.size());
        }
    }

    /// One without values.
    public static HistogramSnapshot empty(HistogramBuckets buckets) {
        return new HistogramSnapshot(buckets, Collections.nCopies(buckets.count(), 0L), 0);
    }

    /// The values of both.
    public HistogramSnapshot plus(HistogramSnapshot other) {
        List<Long> together = new ArrayList<>(counts);
        for (int i = 0; i < together.size(); i++) {
            together.set(i, counts.get(i) + other.counts.get(i));
        }
        return new HistogramSnapshot(buckets, together, sumNanos + other.sumNanos);
    }

    @Override
    public List<Duration> bounds() {
        return buckets.bounds();
    }

    @Override
    public Duration sum() {
        return Duration.ofNanos(sumNanos);
    }
}
