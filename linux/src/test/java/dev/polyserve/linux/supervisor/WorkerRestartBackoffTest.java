package dev.polyserve.linux.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Workers that crash while they start are restarted after increasing pauses.
class WorkerRestartBackoffTest {
    private static final long NOW = -5_000_000_000L;

    private final WorkerRestartBackoff pause = new WorkerRestartBackoff(NOW, () -> 1);

    @Test
    void doublesUpToHalfAMinute() {
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            millis.add(Duration.ofNanos(pause.failed(i, NOW)).toMillis());
        }
        assertThat(millis).startsWith(100L, 200L, 400L, 800L, 1600L, 3200L, 6400L, 12_800L, 25_600L, 30_000L)
                .endsWith(30_000L, 30_000L);
    }

    @Test
    void isOverWhenItsTimeHasCome() {
        assertThat(pause.isOver(NOW)).isTrue();
        long nanos = pause.failed(1, NOW);
        assertThat(pause.isOver(NOW + nanos - 1)).isFalse();
        assertThat(pause.isOver(NOW + nanos)).isTrue();
    }

    @Test
    void isSpread() {
        var later = new WorkerRestartBackoff(NOW, () -> 1.2);
        assertThat(Duration.ofNanos(later.failed(1, NOW))).isEqualTo(Duration.ofMillis(120));
    }

    @Test
    void endsWithAWorkerStartedSinceThatWorks() {
        assertThat(pause.isDoubtful()).isFalse();
        for (int number = 2; number < 5; number++) {
            assertThat(pause.isCrashLooping()).isFalse();
            pause.failed(number, NOW);
        }
        assertThat(pause.isCrashLooping()).isTrue();
        pause.works(1);
        pause.works(4);
        assertThat(pause.isDoubtful()).as("those that were there before say nothing about it").isTrue();
        assertThat(pause.failures()).isEqualTo(3);
        pause.works(5);
        assertThat(pause.isDoubtful()).isFalse();
        assertThat(Duration.ofNanos(pause.failed(6, NOW))).isEqualTo(Duration.ofMillis(100));
    }
}
