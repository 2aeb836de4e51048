package dev.polyserve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.InputBuffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// The largest possible limit does not overflow.
class FramingLimitTest {
    @Test
    void anIncompleteLineWaitsUnderTheLargestLimit() throws IOException {
        assertThat(Framing.lines(Integer.MAX_VALUE).decode(input("ab"))).isNull();
    }

    @Test
    void anIncompleteMessageWaitsUnderTheLargestLimit() throws IOException {
        assertThat(Framing.delimited(Integer.MAX_VALUE, (byte) 0, (byte) 1).decode(input("ab"))).isNull();
    }

    private static Input input(String text) throws IOException {
        InputBuffer buffer = new InputBuffer(BufferPool.UNPOOLED, 100, 100);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        buffer.room().put(bytes);
        buffer.received(bytes.length);
        return buffer;
    }
}
