package dev.polyserve.linux.ring;

import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.linux.multiplexer.MultiplexerContract;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;

/// What is no socket of a ring's own family is watched as under any other multiplexer.
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
