package dev.polyserve.linux.ring;

import dev.polyserve.io.Transport;

class RingMultiplexerTest extends RingMultiplexerContract {
    @Override
    protected Transport transport() {
        return new RingTransport();
    }
}
