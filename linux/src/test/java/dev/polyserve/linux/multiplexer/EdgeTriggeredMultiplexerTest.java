package dev.polyserve.linux.multiplexer;

import dev.polyserve.loop.Multiplexer;
import java.io.IOException;

class EdgeTriggeredMultiplexerTest extends MultiplexerContract {
    @Override
    protected Multiplexer open() throws IOException {
        return new EdgeTriggeredMultiplexer();
    }
}
