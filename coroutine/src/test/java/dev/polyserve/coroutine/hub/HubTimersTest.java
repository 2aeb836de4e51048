package dev.polyserve.coroutine.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubTimersTest {
    /// Times are those of `System.nanoTime`, which has an arbitrary origin and may overflow.
    @ParameterizedTest
    @ValueSource(longs = {0, 1_000_000_000_000L, Long.MAX_VALUE - 500, -300})
    void timersFireInOrderWhileOthersAreCancelled(long start) {
        for (int seed = 0; seed < 50; seed++) {
            check(new Random(seed), start);
        }
    }

    private static void check(Random random, long start) {
        var timers = new HubTimers();
        Map<HubTimer, Long> expected = new HashMap<>();
        var all = new ArrayList<HubTimer>();
        for (int i = 0; i < 200; i++) {
            if (random.nextInt(4) == 0 && !all.isEmpty()) {
                HubTimer cancelled = all.get(random.nextInt(all.size()));
                timers.cancel(cancelled);
                timers.cancel(cancelled);
                expected.remove(cancelled);
            } else {
                var timer = new HubTimer(timers, () -> {});
                long after = random.nextInt(1_000);
                timers.set(timer, start + after);
                all.add(timer);
                expected.put(timer, after);
            }
        }
        List<Long> inOrder = expected.values().stream().sorted().toList();
        if (!inOrder.isEmpty()) {
            assertThat(timers.nextDelayNanos(start - 1)).isEqualTo(inOrder.getFirst() + 1);
        }
        assertThat(timers.poll(start - 1)).as("nothing is due").isNull();
        var came = new ArrayList<Long>();
        for (HubTimer due; (due = timers.poll(start + 1_000)) != null;) {
            came.add(due.dueNanos - start);
            assertThat(expected).as("not cancelled").containsKey(due);
        }
        assertThat(came).isEqualTo(inOrder);
        assertThat(timers.isEmpty()).isTrue();
        assertThat(timers.nextDelayNanos(start)).isEqualTo(Long.MAX_VALUE);
    }
}
