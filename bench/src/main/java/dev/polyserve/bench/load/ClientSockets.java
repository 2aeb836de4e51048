package dev.polyserve.bench.load;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;

/// Opens the sockets of clients.
final class ClientSockets {
    /// An address has about 28,000 ephemeral ports; further clients use other loopback addresses.
    private static final int CLIENTS_PER_ADDRESS = 20_000;
    private static final int CONNECT_MILLIS = 10_000;

    private ClientSockets() {}

    /// The address that a contender listens on.
    ///
    /// @throws MeasurementException when the load generator cannot connect to such an endpoint
    static SocketAddress address(Endpoint endpoint) throws MeasurementException {
        return switch (endpoint) {
            case Endpoint.Tcp tcp -> resolved(tcp.host(), tcp.port());
            case Endpoint.Udp udp -> resolved(udp.host(), udp.port());
            case Endpoint.Unix unix -> UnixDomainSocketAddress.of(unix.path());
            case Endpoint.Tls _, Endpoint.UnixDatagram _, Endpoint.Inherited _ ->
                throw new MeasurementException("the endpoint " + endpoint + " cannot be loaded: use tcp, unix or udp");
        };
    }

    private static SocketAddress resolved(String host, int port) throws MeasurementException {
        InetSocketAddress address = new InetSocketAddress(host.equals("*") ? "127.0.0.1" : host, port);
        if (address.isUnresolved()) {
            throw new MeasurementException("unknown host '" + host + "'");
        }
        return address;
    }

    /// An unconnected socket for this kind of address.
    static SocketChannel streamChannel(SocketAddress server) throws IOException {
        if (!(server instanceof InetSocketAddress)) {
            return SocketChannel.open(StandardProtocolFamily.UNIX);
        }
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return channel;
    }

    /// Opens a connection, within ten seconds.
    ///
    /// @param number number of earlier connections
    static SocketChannel connected(SocketAddress server, int number) throws IOException {
        SocketChannel channel = streamChannel(server);
        try {
            if (server instanceof InetSocketAddress internet) {
                if (number >= CLIENTS_PER_ADDRESS && internet.getAddress().isLoopbackAddress()) {
                    channel.bind(new InetSocketAddress(otherLoopback(number / CLIENTS_PER_ADDRESS), 0));
                }
                channel.socket().connect(server, CONNECT_MILLIS);
            } else {
                channel.connect(server);
            }
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /// Sends the bytes of a stream from `sent` to `due`, as far as the kernel accepts them.
    ///
    /// @return the position after the last byte sent
    static long send(SocketChannel channel, LoadPayload stream, long sent, long due) throws IOException {
        long position = sent;
        while (position < due) {
            ByteBuffer out = stream.outgoing(position, (int) Math.min(due - position, Integer.MAX_VALUE));
            position += channel.write(out);
            if (out.hasRemaining()) {
                break;
            }
        }
        return position;
    }

    private static InetAddress otherLoopback(int number) throws IOException {
        return InetAddress.getByAddress(new byte[]{127, 0, 1, (byte) number});
    }

    /// A datagram socket that is connected to one server.
    static DatagramChannel datagramChannel(SocketAddress server) throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, 1 << 20);
            channel.connect(server);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }
}
