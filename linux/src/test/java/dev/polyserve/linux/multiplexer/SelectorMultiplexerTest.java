package dev.polyserve.linux.multiplexer;

import dev.polyserve.io.ChannelSocketProvider;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.loop.Multiplexer;
import dev.polyserve.loop.SelectorMultiplexer;
import java.io.IOException;

/// Checks that the JDK's selector keeps the same contract, over the JDK's channels.
class SelectorMultiplexerTest extends MultiplexerContract {
    @Override
    protected Multiplexer open() throws IOException {
        return new SelectorMultiplexer();
    }

    @Override
    protected SocketProvider socketProvider() {
        return new ChannelSocketProvider();
    }

    @Override
    protected String reset() {
        return "Connection reset";
    }
}
