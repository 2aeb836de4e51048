package dev.polyserve.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Values fall into the buckets whose bounds say so.
class DurationHistogramTest {
    private final DurationHistogram histogram = new DurationHistogram(HistogramBuckets.HANDSHAKES);

    @Test
    void aBoundBelongsToItsBucket() {
        histogram.add(0);
        histogram.add(TimeUnit.MILLISECONDS.toNanos(1));
        histogram.add(TimeUnit.MILLISECONDS.toNanos(1) + 1);
        histogram.add(TimeUnit.SECONDS.toNanos(10));
        histogram.add(TimeUnit.HOURS.toNanos(1));
        HistogramSnapshot now = histogram.snapshot();
        assertThat(now.bounds()).startsWith(Duration.ofMillis(1), Duration.ofMillis(3))
                .endsWith(Duration.ofSeconds(10));
        assertThat(now.counts()).containsExactly(2L, 1L, 0L, 0L, 0L, 0L, 0L, 0L, 1L, 1L);
        assertThat(now.count()).isEqualTo(5);
        assertThat(now.sum()).isEqualTo(Duration.ofSeconds(3610).plusMillis(2).plusNanos(1));
    }

    @Test
    void boundsRiseAndThereIsOneCountMore() {
        for (HistogramBuckets buckets : HistogramBuckets.values()) {
            HistogramSnapshot empty = HistogramSnapshot.empty(buckets);
            assertThat(empty.bounds()).isSorted().doesNotHaveDuplicates();
            assertThat(empty.counts()).hasSize(empty.bounds().size() + 1).containsOnly(0L);
        }
    }

    @Test
    void aSumHasTheValuesOfBoth() {
        histogram.add(5);
        HistogramSnapshot one = histogram.snapshot();
        histogram.add(TimeUnit.HOURS.toNanos(1));
        HistogramSnapshot both = one.plus(histogram.snapshot());
        assertThat(both.counts()).startsWith(2L).endsWith(1L);
        assertThat(both.sumNanos()).isEqualTo(TimeUnit.HOURS.toNanos(1) + 10);
        assertThat(one.count()).isEqualTo(1); // a snapshot does not change
    }

    @Test
    void aSnapshotHasOneCountForEachBucket() {
        assertThatThrownBy(() -> new HistogramSnapshot(HistogramBuckets.TURNS, List.of(1L), 0))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("a histogram of TURNS has 13 buckets, not 1");
    }
}
