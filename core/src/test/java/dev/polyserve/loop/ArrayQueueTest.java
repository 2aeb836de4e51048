package dev.polyserve.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The queue compared with that of the JDK, in random orders, while it grows and wraps around.
class ArrayQueueTest {
    @Test
    void hasTheElementsOfTheJdksQueue() {
        Random random = new Random(1);
        for (int round = 0; round < 50; round++) {
            ArrayQueue<Integer> queue = new ArrayQueue<>();
            ArrayDeque<Integer> same = new ArrayDeque<>();
            for (int step = 0; step < 2_000; step++) {
                step(queue, same, random.nextInt(step % 400 < 200 ? 4 : 8), step);
            }
            List<Integer> left = new ArrayList<>();
            queue.takeAll(left::add);
            assertThat(left).containsExactlyElementsOf(same);
            assertThat(queue.isEmpty()).isTrue();
        }
    }

    private static void step(ArrayQueue<Integer> queue, ArrayDeque<Integer> same, int kind, int element) {
        switch (kind) {
            case 0, 4, 5 -> assertThat(queue.poll()).isEqualTo(same.poll());
            case 1, 6 -> assertThat(queue.pollLast()).isEqualTo(same.pollLast());
            default -> {
                queue.add(element);
                same.add(element);
            }
        }
        assertThat(queue.size()).isEqualTo(same.size());
        assertThat(queue.isEmpty()).isEqualTo(same.isEmpty());
    }
}
