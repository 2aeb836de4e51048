package dev.polyserve.io;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.jspecify.annotations.Nullable;

/// A UDP port of the JDK's family, bound to one address: which one a datagram was sent to, the JDK does not tell.
final class ChannelDatagramPort extends BoundChannel<DatagramChannel> implements DatagramPort {
    ChannelDatagramPort(DatagramChannel channel, Endpoint endpoint) throws IOException {
        super(channel, endpoint);
    }

    @Override
    public @Nullable SocketAddress receive(ByteBuffer into) throws IOException {
        return channel.receive(into);
    }

    @Override
    public boolean send(ByteBuffer bytes, SocketAddress to, SocketAddress from) throws IOException {
        // A datagram of no bytes is sent whole and reported as 0, which is also "no room": taken as sent.
        boolean empty = !bytes.hasRemaining();
        return channel.send(bytes, to) > 0 || empty;
    }
}
