package dev.polyserve.stats;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/// The bounds of the histograms.
@SuppressWarnings("ImmutableEnumChecker") // nothing changes the array, and nothing can change the list
public enum HistogramBuckets {
    /// For turns of event loops: microseconds to seconds.
    TURNS(micros(10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000)),
    /// For TLS handshakes: a millisecond to ten seconds.
    HANDSHAKES(micros(1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)),
    /// For connections: a millisecond to some hours.
    CONNECTIONS(
            micros(1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000L));

    private final long[] nanos;
    private final List<Duration> bounds;

    HistogramBuckets(long... nanos) {
        this.nanos = nanos;
        this.bounds = LongStream.of(nanos).mapToObj(Duration::ofNanos).toList();
    }

    private static long[] micros(long... bounds) {
        return LongStream.of(bounds).map(TimeUnit.MICROSECONDS::toNanos).toArray();
    }

    /// The number of buckets, with the one above the last bound.
    int count() {
        return nanos.length + 1;
    }

    /// The index of the bucket for a value. Small values are found first.
    int indexOf(long valueNanos) {
        int index = 0;
        while (index < nanos.length && valueNanos > nanos[index]) {
            index++;
        }
        return index;
    }

    /// The bounds, as [dev.polyserve.ServerStats.Histogram#bounds].
    List<Duration> bounds() {
        return bounds;
    }
}
