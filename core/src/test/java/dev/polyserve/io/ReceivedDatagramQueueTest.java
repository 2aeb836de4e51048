package dev.polyserve.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Limit;
import dev.polyserve.conversation.BufferBudget;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReceivedDatagramQueueTest {
    private static final int MOST_BYTES = 20_000;

    private final BufferBudget budget = new BufferBudget(1 << 20);
    private final ReceivedDatagramQueue queue = new ReceivedDatagramQueue(new ReceivedDatagramQueuePool(budget),
            MOST_BYTES);

    private static byte[] bytes(int count, int seed) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private byte[] take() {
        ByteBuffer into = ByteBuffer.allocate(queue.nextBytes());
        queue.take(into);
        assertThat(into.hasRemaining()).isFalse();
        return into.array();
    }

    @Test
    void isFirstInFirstOutWithAllBorders() {
        Random random = new Random(7);
        Queue<byte[]> expected = new ArrayDeque<>();
        int used = 0;
        int dropped = 0;
        for (int i = 0; i < 20_000; i++) {
            if (random.nextInt(5) < 3) {
                byte[] datagram = bytes(random.nextInt(4) == 0 ? random.nextInt(9_000) : random.nextInt(200), i);
                Limit full = queue.add(ByteBuffer.wrap(datagram));
                boolean fits = used == 0 || used + datagram.length + 2 <= MOST_BYTES;
                assertThat(full).isEqualTo(fits ? null : Limit.DATAGRAM_QUEUE);
                if (fits) {
                    expected.add(datagram);
                    used += datagram.length + 2;
                } else {
                    dropped++;
                }
            } else if (!expected.isEmpty()) {
                byte[] datagram = take();
                assertThat(datagram).isEqualTo(expected.remove());
                used -= datagram.length + 2;
            }
            assertThat(queue.nextBytes())
                    .isEqualTo(expected.isEmpty() ? ReceivedDatagramQueue.NONE : expected.peek().length);
        }
        assertThat(dropped).as("datagrams dropped").isPositive();
        queue.clear();
        assertThat(queue.nextBytes()).isEqualTo(ReceivedDatagramQueue.NONE);
        assertThat(budget.used()).isZero();
    }

    @Test
    void hasNoArrayWhileItIsEmpty() {
        assertThat(queue.add(ByteBuffer.wrap(bytes(3_000, 1)))).isNull();
        assertThat(budget.used()).isEqualTo(4096);
        assertThat(take()).hasSize(3_000);
        assertThat(budget.used()).isZero();
        assertThat(queue.add(ByteBuffer.allocate(0))).isNull();
        assertThat(queue.nextBytes()).isZero();
        queue.drop();
        assertThat(queue.nextBytes()).isEqualTo(ReceivedDatagramQueue.NONE);
        assertThat(budget.used()).isZero();
    }

    @Test
    void takesOneDatagramHoweverLarge() {
        assertThat(queue.add(ByteBuffer.allocate(65_507))).isNull();
        assertThat(queue.add(ByteBuffer.allocate(0))).isEqualTo(Limit.DATAGRAM_QUEUE);
        assertThat(queue.nextBytes()).isEqualTo(65_507);
    }

    @Test
    void allQueuesTogetherTakeHalfOfTheBudget() {
        ReceivedDatagramQueuePool pool = new ReceivedDatagramQueuePool(budget);
        int fit = 0;
        while (new ReceivedDatagramQueue(pool, MOST_BYTES).add(ByteBuffer.allocate(4_000)) == null) {
            fit++;
        }
        assertThat(fit).isEqualTo((1 << 19) / 4096);
        assertThat(budget.used()).isEqualTo(1 << 19);
    }

    /// No virtual machine has room for an array of this length.
    @Test
    void givesBackWhatTheHeapHasNoRoomFor() {
        BufferBudget large = new BufferBudget(1L << 32); // its half has room for the array and one byte
        ReceivedDatagramQueuePool pool = new ReceivedDatagramQueuePool(large);
        assertThatThrownBy(() -> pool.take(Integer.MAX_VALUE)).isInstanceOf(OutOfMemoryError.class);
        assertThat(large.used()).isZero();
        assertThat(pool.take(ReceivedDatagramQueuePool.ARRAY_BYTES)).hasSize(ReceivedDatagramQueuePool.ARRAY_BYTES);
    }

    @Test
    void keepsWithinTheBudgetOfTheServer() {
        assertThat(budget.tryTake(budget.most() - 4096)).isTrue();
        assertThat(queue.add(ByteBuffer.allocate(2_000))).isNull();
        assertThat(queue.add(ByteBuffer.allocate(2_000))).as("two arrays while the bytes move")
                .isEqualTo(Limit.BUFFER_TOTAL);
        assertThat(take()).hasSize(2_000);
        assertThat(budget.used()).isEqualTo(budget.most() - 4096);
    }
}
