package dev.polyserve.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Events are taken once and in order; those without room are counted.
class TimelineEventBufferTest {
    private static final int CAPACITY = 8;
    private final TimelineEventBuffer buffer = new TimelineEventBuffer(CAPACITY);

    @Test
    void takesWhatWasAddedInItsOrder() {
        for (int round = 0; round < 3; round++) {
            add(1);
            add(2);
            assertThat(taken()).containsExactly(1L, 2L);
        }
        assertThat(taken()).isEmpty();
        assertThat(buffer.dropped()).isZero();
    }

    @Test
    void dropsAndCountsWhatHasNoRoom() {
        IntStream.range(0, CAPACITY + 3).forEach(this::add);
        assertThat(buffer.dropped()).isEqualTo(3);
        assertThat(taken()).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L);
        add(9);
        assertThat(taken()).containsExactly(9L);
    }

    @Test
    void eachOfManyThreadsFindsItsOwnSlot() throws InterruptedException {
        int threads = 4;
        int each = 5_000;
        TimelineEventBuffer large = new TimelineEventBuffer(1 << 15);
        List<Thread> adding = IntStream.range(0, threads).mapToObj(thread -> Thread.ofPlatform().start(() -> {
            for (int i = 0; i < each; i++) {
                large.add(TimelineEventKind.READ, i, thread, i, 0, "", "");
            }
        })).toList();
        for (Thread one : adding) {
            one.join();
        }
        List<TimelineEvent> events = new ArrayList<>();
        large.take(events::add);
        assertThat(events).hasSize(threads * each);
        for (int thread = 0; thread < threads; thread++) {
            int port = thread;
            assertThat(events.stream().filter(event -> event.port() == port).map(TimelineEvent::amount))
                    .containsExactlyElementsOf(IntStream.range(0, each).mapToObj(i -> (long) i).toList());
        }
    }

    @Test
    void theCapacityIsAPowerOfTwo() {
        assertThatThrownBy(() -> new TimelineEventBuffer(12)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("12 events");
    }

    private void add(long amount) {
        buffer.add(TimelineEventKind.READ, 0, 0, amount, 0, "", "");
    }

    private List<Long> taken() {
        List<Long> amounts = new ArrayList<>();
        buffer.take(event -> amounts.add(event.amount()));
        return amounts;
    }
}
