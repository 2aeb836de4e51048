package dev.polyserve.cli.connect;

import dev.polyserve.Endpoint;
import dev.polyserve.cli.net.Dialer;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/// Datagrams by UDP.
///
/// **Thread**: as [DatagramLink].
final class UdpLink implements DatagramLink {
    private final DatagramChannel channel;

    private UdpLink(DatagramChannel channel) {
        this.channel = channel;
    }

    static UdpLink to(Endpoint.Udp endpoint) throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        try {
            // Only one that is connected is told that nobody listens over there.
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true)
                    .connect(Dialer.resolve(endpoint.host(), endpoint.port()));
            return new UdpLink(channel);
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public void send(ByteBuffer datagram) throws IOException {
        if (datagram.hasRemaining()) {
            channel.write(datagram);
        } else {
            sendEmpty();
        }
    }

    /// The JDK sends no datagram without bytes on a connected channel, so one that shares its address does.
    private void sendEmpty() throws IOException {
        try (DatagramChannel twin = DatagramChannel.open()) {
            twin.setOption(StandardSocketOptions.SO_REUSEADDR, true).bind(channel.getLocalAddress());
            twin.send(ByteBuffer.allocate(0), channel.getRemoteAddress());
        }
    }

    @Override
    public int receive(ByteBuffer into) throws IOException {
        // The JDK takes a datagram without bytes for an end of input.
        return Math.max(0, channel.read(into));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
