package dev.polyserve.linux.multiplexer;

import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.time.Duration;

class PollingMultiplexerTest extends MultiplexerContract {
    @Override
    protected Multiplexer open() throws IOException {
        return new PollingMultiplexer(Duration.ofNanos(100_000));
    }
}
