package dev.polyserve.linux.ring;

import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.linux.multiplexer.MultiplexerContract;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;

/// The contract of multiplexers, for a ring.
abstract class RingMultiplexerContract extends MultiplexerContract {
    @BeforeAll
    static void needsRings() {
        Requirements.ring();
    }

    @Override
    protected final Multiplexer open() throws IOException {
        return RingMultiplexer.open(new BufferBudget(Long.MAX_VALUE), false);
    }
}
