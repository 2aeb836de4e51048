package dev.polyserve.cli.net;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;

/// Connects to endpoints.
public final class Dialer {
    private static final int CONNECT_MILLIS = 10_000;

    private Dialer() {}

    /// A blocking channel to the endpoint; whoever asks closes it.
    ///
    /// @throws IOException saying why it cannot be reached, after ten seconds at the latest
    /// @throws IllegalArgumentException when the endpoint is not one that takes connections from here
    public static SocketChannel connect(Endpoint endpoint) throws IOException {
        return switch (endpoint) {
            case Endpoint.Tcp tcp -> tcp(resolve(tcp.host(), tcp.port()));
            case Endpoint.Unix unix when unix.isAbstract() -> throw new IOException("an abstract address cannot be"
                    + " reached from here (the JDK lacks them): listen at a path, or take socat - ABSTRACT-CONNECT:"
                    + unix.path().toString().substring(1));
            case Endpoint.Unix unix -> unix(UnixDomainSocketAddress.of(unix.path()));
            case Endpoint.Udp _, Endpoint.UnixDatagram _, Endpoint.Inherited _ ->
                throw new IllegalArgumentException(
                        endpoint + " takes no connections: give tcp://host:port or unix:/path");
        };
    }

    /// The address of a host; `*`, every address of a machine, is this machine.
    public static InetSocketAddress resolve(String host, int port) throws IOException {
        InetSocketAddress address = new InetSocketAddress(host.equals("*") ? "localhost" : host, port);
        if (address.isUnresolved()) {
            throw new IOException("the name " + host + " is not known");
        }
        return address;
    }

    private static SocketChannel tcp(InetSocketAddress address) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.socket().connect(address, CONNECT_MILLIS);
            return channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static SocketChannel unix(UnixDomainSocketAddress address) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(address);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }
}
