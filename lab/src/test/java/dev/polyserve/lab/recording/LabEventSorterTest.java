package dev.polyserve.lab.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.lab.recording.LabEvent.Lane;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Items come out in the order of their times, and readers get each once.
class LabEventSorterTest {
    private final LabEventSorter order = new LabEventSorter();

    @Test
    void sortsByTimeAndKeepsTheOrderOfEqualTimes() {
        List.of(event(30, 1), event(10, 2), event(20, 3), event(10, 4)).forEach(order::add);
        assertThat(order.take(20)).extracting(item -> ((LabEvent) item).amount()).containsExactly(2L, 4L, 3L);
        assertThat(order.take(20)).isEmpty();
        assertThat(order.take(Long.MAX_VALUE)).extracting(LabRecordingItem::micros).containsExactly(30L);
        assertThat(order.dropped()).isZero();
    }

    @Test
    void aReaderGetsEachItemOnceAtItsOwnPace() throws InterruptedException {
        LabRecording recording = new LabRecording();
        assertThat(recording.after(0, Duration.ZERO).items()).isEmpty();
        assertThat(recording.add(List.of(event(1, 1), event(2, 2)))).isZero();
        LabRecording.Batch first = recording.after(0, Duration.ZERO);
        assertThat(first.items()).hasSize(2);
        assertThat(first.last()).isFalse();
        recording.end();
        LabRecording.Batch second = recording.after(first.next(), Duration.ofSeconds(10));
        assertThat(second).isEqualTo(new LabRecording.Batch(List.of(), 2, true));
    }

    @Test
    void aPortBelongsToTheLastConnectionThatBeganBefore() {
        ClientPortToLaneMap numbers = new ClientPortToLaneMap();
        Lane early = new Lane(0, 1, 0);
        Lane late = new Lane(0, 2, 0);
        numbers.begins(5_000, early, 10);
        numbers.begins(5_000, late, 20);
        assertThat(numbers.at(0, 5_000, 5)).isEmpty();
        assertThat(numbers.at(0, 5_000, 19)).contains(early);
        assertThat(numbers.at(0, 5_000, 20)).contains(late);
        assertThat(numbers.at(1, 5_000, 20)).isEmpty();
    }

    private static LabEvent event(long micros, long amount) {
        return LabEvent.ofClient(micros, new Lane(0, 0, 0), LabEventKind.SENT, amount, "");
    }
}
