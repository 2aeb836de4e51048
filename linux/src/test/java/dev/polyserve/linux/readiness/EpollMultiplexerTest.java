package dev.polyserve.linux.readiness;

import dev.polyserve.loop.Multiplexer;
import java.io.IOException;

class EpollMultiplexerTest extends MultiplexerContract {
    @Override
    protected Multiplexer open() throws IOException {
        return new EpollMultiplexer();
    }
}
