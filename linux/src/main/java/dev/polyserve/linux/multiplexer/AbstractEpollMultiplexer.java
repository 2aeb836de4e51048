package dev.polyserve.linux.multiplexer;

import java.io.IOException;

/// Base class of the two kinds of `epoll(7)`: it owns the epoll instance.
abstract class AbstractEpollMultiplexer extends DescriptorMultiplexer {
    final EpollInstance epoll;

    AbstractEpollMultiplexer(String name) throws IOException {
        super(name);
        epoll = EpollInstance.open(memory, wakeup);
    }

    @Override
    void remove(DescriptorWatch watch) {
        epoll.remove(watch);
    }

    @Override
    public final void close() throws IOException {
        try {
            super.close();
        } finally {
            epoll.close();
        }
    }
}
