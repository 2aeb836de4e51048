package dev.polyserve.io;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;

/// A bound channel and its endpoint.
///
/// @param <C> the kind of channel
abstract class BoundChannel<C extends SelectableChannel & NetworkChannel> implements PollableChannel {
    final C channel;
    private final Endpoint endpoint;
    private final SocketAddress address;

    /// @param endpoint with its real port
    BoundChannel(C channel, Endpoint endpoint) throws IOException {
        this.channel = channel;
        this.endpoint = endpoint;
        this.address = channel.getLocalAddress();
    }

    /// Its endpoint, with its real port.
    public final Endpoint endpoint() {
        return endpoint;
    }

    public final SocketAddress address() {
        return address;
    }

    public final boolean isOpen() {
        return channel.isOpen();
    }

    public void close() throws IOException {
        channel.close();
    }

    @Override
    public final SelectableChannel channel() {
        return channel;
    }
}
