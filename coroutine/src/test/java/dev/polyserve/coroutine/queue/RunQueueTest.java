package dev.polyserve.coroutine.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Neither of the two queues starves the other.
class RunQueueTest {
    @Test
    void aCoroutineThatAlwaysComesBackDoesNotKeepOutOneThatAnotherThreadWoke() {
        RunQueue queue = new RunQueue();
        Runnable yielding = () -> {
        };
        Runnable woken = () -> {
        };
        queue.addForeign(woken);
        for (int turns = 0; turns < 2; turns++) {
            queue.addOwn(yielding);
            if (woken.equals(queue.poll())) {
                return;
            }
        }
        assertThat(queue.isEmpty()).as("the woken one had its turn").isTrue();
    }
}
