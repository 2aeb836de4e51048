package dev.polyserve.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// An array of the largest size counts as full only when every byte of it is in use.
class InputBufferFullTest {
    private static final int MOST = 4096;

    private final InputBuffer buffer = new InputBuffer(BufferPool.UNPOOLED, MOST, MOST);

    @Test
    void whatWasConsumedIsRoomAgain() throws LimitException {
        fill();
        buffer.skip(1000);
        assertThat(buffer.room().remaining()).isEqualTo(1000);
        assertThat(buffer.available()).isEqualTo(MOST - 1000);
    }

    @Test
    void lendingAddsToLeftoversUpToTheLimit() throws LimitException {
        fill();
        buffer.skip(1000);
        buffer.lend(new HeapBuffer(1000), 1000);
        assertThat(buffer.available()).isEqualTo(MOST);
    }

    @Test
    void oneMoreThanTheLimitIsRefused() throws LimitException {
        fill();
        assertThatThrownBy(buffer::room).isInstanceOf(LimitException.class);
        assertThatThrownBy(buffer::mostRoom).isInstanceOf(LimitException.class);
        buffer.skip(1);
        assertThat(buffer.mostRoom()).isEqualTo(1);
    }

    @Test
    void whatIsReadElsewhereFollowsTheLeftovers() {
        HeapBuffer scratch = new HeapBuffer(MOST);
        byte[] expected = new byte[MOST];
        int taken = 0;
        // Pieces that fit behind the leftovers, that fit only when these are moved, and that need a larger array.
        for (int piece : new int[]{700, 1, 300, 1500, 600, 995}) {
            for (int i = 0; i < piece; i++) {
                scratch.room().put(i, (byte) (taken + i));
                expected[taken + i] = (byte) (taken + i);
            }
            buffer.received(scratch, piece);
            taken += piece;
            assertThat(buffer.peek(buffer.available() - 1)).isEqualTo((taken - 1) & 0xff);
        }
        byte[] read = new byte[MOST];
        buffer.read(read, 0, MOST);
        assertThat(read).isEqualTo(expected);
        assertThat(taken).isEqualTo(MOST);
    }

    /// Otherwise a peer that sends a long message byte by byte makes its server copy the whole for each byte.
    @Test
    void smallPiecesOfALongMessageTakeFewArrays() {
        AtomicInteger taken = new AtomicInteger();
        BufferPool counting = new BufferPool() {
            @Override
            public HeapBuffer take(int atLeastBytes) {
                taken.incrementAndGet();
                return new HeapBuffer(atLeastBytes);
            }

            @Override
            public void give(HeapBuffer chunk) {
                // The garbage collector reclaims it.
            }

            @Override
            public boolean reclaims() {
                return true;
            }
        };
        InputBuffer large = new InputBuffer(counting, 1 << 20, MOST);
        HeapBuffer scratch = new HeapBuffer(MOST);
        for (int i = 0; i < 100_000; i++) {
            large.received(scratch, 1);
        }
        assertThat(large.available()).isEqualTo(100_000);
        assertThat(taken.get()).isLessThanOrEqualTo(18);
    }

    /// A line that arrives in pieces is searched once, also when its beginning moves.
    @Test
    void aSearchGoesOnBehindWhatWasSearched() {
        HeapBuffer scratch = new HeapBuffer(MOST);
        buffer.received(scratch, 500);
        buffer.skip(100);
        assertThat(buffer.indexOf((byte) '\n', 0)).isEqualTo(-1);
        scratch.room().put(599, (byte) '\n');
        buffer.received(scratch, 600);
        assertThat(buffer.toSearch(new byte[]{'\n'})).as("another kind of search").isEqualTo(1000);
        assertThat(buffer.indexOf((byte) '\n', 0)).isEqualTo(999);
    }

    private void fill() throws LimitException {
        while (buffer.available() < MOST) {
            ByteBuffer room = buffer.room();
            buffer.received(Math.min(room.remaining(), MOST - buffer.available()));
        }
    }
}
