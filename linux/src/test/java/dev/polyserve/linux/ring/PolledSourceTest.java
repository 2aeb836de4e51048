package dev.polyserve.linux.ring;

import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.linux.multiplexer.MultiplexerContract;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;

/// Checks that sources outside the ring's own family are watched as under any other multiplexer.
class PolledSourceTest extends MultiplexerContract {
    @BeforeAll
    static void needsRings() {
        Requirements.ring();
    }

    @Override
    protected Multiplexer open() throws IOException {
        return RingMultiplexer.open(new BufferBudget(Long.MAX_VALUE));
    }
}
