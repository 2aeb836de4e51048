package dev.polyserve.coroutine.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The queue compared with that of the JDK, in random orders, while it grows and wraps around.
class OutOfMemorySafeQueueTest {
    @Test
    void hasTheElementsOfTheJdksQueue() {
        Random random = new Random(1);
        for (int round = 0; round < 50; round++) {
            OutOfMemorySafeQueue<Integer> queue = new OutOfMemorySafeQueue<>();
            ArrayDeque<Integer> same = new ArrayDeque<>();
            for (int step = 0; step < 2_000; step++) {
                step(queue, same, random.nextInt(step % 400 < 200 ? 5 : 10), step);
            }
            List<Integer> left = new ArrayList<>();
            queue.takeAll(left::add);
            assertThat(left).containsExactlyElementsOf(same);
            assertThat(queue.isEmpty()).isTrue();
        }
    }

    private static void step(OutOfMemorySafeQueue<Integer> queue, ArrayDeque<Integer> same, int kind, int element) {
        switch (kind) {
            case 0, 5, 6 -> assertThat(queue.poll()).isEqualTo(same.poll());
            case 1, 7 -> assertThat(queue.pollLast()).isEqualTo(same.pollLast());
            case 2 -> {
                Integer removed = element - element % 7; // some of them are there
                assertThat(queue.remove(removed)).isEqualTo(same.remove(removed));
            }
            default -> {
                queue.add(element);
                same.add(element);
            }
        }
        assertThat(queue.size()).isEqualTo(same.size());
        assertThat(queue.isEmpty()).isEqualTo(same.isEmpty());
        if (!same.isEmpty()) {
            assertThat(queue.get(0)).isEqualTo(same.peekFirst());
            assertThat(queue.get(queue.size() - 1)).isEqualTo(same.peekLast());
        }
    }

    @Test
    void keepsItsElementsWhenThereIsNoMemoryToGrow() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process filled = new ProcessBuilder(java, "-Xmx16m", "-XX:+UseSerialGC", "-cp",
                place(OutOfMemorySafeQueue.class) + File.pathSeparator + place(FullHeap.class),
                FullHeap.class.getName())
                .redirectErrorStream(true).start();
        String said = new String(filled.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(filled.waitFor()).as("%s", said).isZero();
        assertThat(said).isEqualTo("all are there");
    }

    private static Path place(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /// Adds elements until there is no memory, and takes them again.
    static final class FullHeap {
        private FullHeap() {}

        public static void main(String[] args) {
            OutOfMemorySafeQueue<String> queue = new OutOfMemorySafeQueue<>();
            int added = 0;
            try {
                while (added >= 0) {
                    queue.add("one");
                    added++;
                }
            } catch (OutOfMemoryError e) {
                int left = 0;
                while (queue.poll() != null) {
                    left++;
                }
                System.out.print(left == added ? "all are there" : left + " of " + added + " are there");
            }
        }
    }
}
