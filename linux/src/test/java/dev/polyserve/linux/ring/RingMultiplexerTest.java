package dev.polyserve.linux.ring;

import dev.polyserve.io.SocketProvider;

class RingMultiplexerTest extends RingMultiplexerContract {
    @Override
    protected SocketProvider socketProvider() {
        return new RingSocketProvider();
    }
}
