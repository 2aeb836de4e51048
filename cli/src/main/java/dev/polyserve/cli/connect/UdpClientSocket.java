package dev.polyserve.cli.connect;

import dev.polyserve.Endpoint;
import dev.polyserve.cli.net.Dialer;
import dev.polyserve.text.PrintableAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;

/// Datagrams over UDP.
///
/// **Thread**: as for [ClientDatagramSocket].
final class UdpClientSocket implements ClientDatagramSocket {
    private final DatagramChannel channel;

    private UdpClientSocket(DatagramChannel channel) {
        this.channel = channel;
    }

    /// Connects to the first address of the name that this machine has a route to.
    static UdpClientSocket to(Endpoint.Udp endpoint) throws IOException, InterruptedException {
        List<String> failures = new ArrayList<>();
        for (InetSocketAddress address : Dialer.addresses(endpoint.host(), endpoint.port())) {
            try {
                return to(address);
            } catch (IOException e) {
                failures.add(PrintableAddress.shown(address) + ": " + e.getMessage());
            }
        }
        throw new IOException(String.join("; ", failures));
    }

    private static UdpClientSocket to(InetSocketAddress address) throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        try {
            // Only a connected socket receives the error of a closed port (ICMP port unreachable).
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true).connect(address);
            return new UdpClientSocket(channel);
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

    /// The JDK sends no empty datagram on a connected channel, so a second channel on the same address sends it.
    private void sendEmpty() throws IOException {
        try (DatagramChannel twin = DatagramChannel.open()) {
            twin.setOption(StandardSocketOptions.SO_REUSEADDR, true).bind(channel.getLocalAddress());
            twin.send(ByteBuffer.allocate(0), channel.getRemoteAddress());
        }
    }

    @Override
    public int receive(ByteBuffer into) throws IOException {
        // The JDK reports an empty datagram as the end of input.
        return Math.max(0, channel.read(into));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
