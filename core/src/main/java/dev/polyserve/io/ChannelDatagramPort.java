package dev.polyserve.io;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.jspecify.annotations.Nullable;

/// A UDP port of the JDK's family, bound to one address: the JDK does not report the destination address of a datagram.
final class ChannelDatagramPort extends BoundChannel<DatagramChannel> implements DatagramPort, DatagramSender {
    ChannelDatagramPort(DatagramChannel channel, Endpoint endpoint) throws IOException {
        super(channel, endpoint);
    }

    @Override
    public @Nullable SocketAddress receive(ByteBuffer into) throws IOException {
        return channel.receive(into);
    }

    @Override
    public DatagramSender sender() {
        return this;
    }

    @Override
    public boolean send(ByteBuffer bytes, SocketAddress to, SocketAddress from) throws IOException {
        // A sent empty datagram returns 0, as does "no room": it counts as sent.
        boolean empty = !bytes.hasRemaining();
        return channel.send(bytes, to) > 0 || empty;
    }
}
