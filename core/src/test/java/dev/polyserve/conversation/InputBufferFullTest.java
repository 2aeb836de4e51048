package dev.polyserve.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
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
    }

    private void fill() throws LimitException {
        while (buffer.available() < MOST) {
            ByteBuffer room = buffer.room();
            buffer.received(Math.min(room.remaining(), MOST - buffer.available()));
        }
    }
}
