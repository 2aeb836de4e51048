package dev.polyserve.bench.load;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;

/// Makes the clients' sockets.
final class Sockets {
    /// The system has about 28,000 ports for the clients of one address; beyond so many, others of loopback are used.
    private static final int CLIENTS_PER_ADDRESS = 20_000;
    private static final int CONNECT_MILLIS = 10_000;

    private Sockets() {}

    /// Where a contender listens.
    ///
    /// @throws LoadException when nothing can be loaded there
    static SocketAddress address(Endpoint endpoint) throws LoadException {
        return switch (endpoint) {
            case Endpoint.Tcp tcp -> known(tcp.host(), tcp.port());
            case Endpoint.Udp udp -> known(udp.host(), udp.port());
            case Endpoint.Unix unix -> UnixDomainSocketAddress.of(unix.path());
            case Endpoint.UnixDatagram _, Endpoint.Inherited _ ->
                throw new LoadException("the endpoint " + endpoint + " cannot be loaded: take tcp, unix or udp");
        };
    }

    private static SocketAddress known(String host, int port) throws LoadException {
        InetSocketAddress address = new InetSocketAddress(host.equals("*") ? "127.0.0.1" : host, port);
        if (address.isUnresolved()) {
            throw new LoadException("the host '" + host + "' is not known");
        }
        return address;
    }

    /// A socket for this kind of address, not connected.
    static SocketChannel streamChannel(SocketAddress server) throws IOException {
        if (!(server instanceof InetSocketAddress)) {
            return SocketChannel.open(StandardProtocolFamily.UNIX);
        }
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return channel;
    }

    /// A connection, made within ten seconds.
    ///
    /// @param number how many there are before it
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

    private static InetAddress otherLoopback(int number) throws IOException {
        return InetAddress.getByAddress(new byte[]{127, 0, 1, (byte) number});
    }

    /// A datagram socket that talks to one server only.
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
