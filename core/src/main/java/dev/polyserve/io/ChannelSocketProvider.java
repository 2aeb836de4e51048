package dev.polyserve.io;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.file.FileNameEncoding;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.function.IntFunction;
import java.util.List;
import java.nio.channels.UnsupportedAddressTypeException;
import org.jspecify.annotations.Nullable;

/// The socket family of the JDK's channels: TCP, UDP and Unix stream, on every system.
public final class ChannelSocketProvider implements SocketProvider {
    private static final int FIRST_UNPRIVILEGED_PORT = 1024;

    @Override
    public List<Place> places(Endpoint endpoint) throws IOException {
        if (endpoint instanceof Endpoint.Inherited) {
            throw new BindFailedException(endpoint, BindFailedException.NOT_INHERITED, null);
        }
        return endpoint instanceof Endpoint.Udp udp && HostResolver.isWildcard(udp.host())
                ? WildcardUdpExpansion.places(udp)
                : SocketProvider.super.places(endpoint);
    }

    @Override
    public Listener listen(Endpoint endpoint, Options.Sockets options) throws IOException {
        return switch (endpoint) {
            case Endpoint.Tcp tcp -> listenTcp(tcp, tcp, port -> new Endpoint.Tcp(tcp.host(), port), options);
            case Endpoint.Tls tls -> listenTcp(tls, tls.tcp(), port -> new Endpoint.Tls(tls.host(), port), options);
            case Endpoint.Unix unix -> UnixChannelListener.bind(unix, options);
            case Endpoint.Inherited _ ->
                throw new BindFailedException(endpoint, BindFailedException.NOT_INHERITED, null);
            case Endpoint.Udp _, Endpoint.UnixDatagram _ ->
                throw new BindFailedException(endpoint, BindFailedException.NO_CONNECTIONS, null);
        };
    }

    @Override
    public DatagramPort bind(Endpoint endpoint, Options.Sockets options) throws IOException {
        return switch (endpoint) {
            case Endpoint.Udp udp -> bindUdp(udp, options);
            case Endpoint.UnixDatagram _ ->
                throw new BindFailedException(endpoint,
                        "this model has no Unix datagrams (the JDK lacks them); use a model on descriptors, as epoll, or udp:// or unix:",
                        null);
            case Endpoint.Inherited _ ->
                throw new BindFailedException(endpoint, BindFailedException.NOT_INHERITED, null);
            case Endpoint.Tcp _, Endpoint.Tls _, Endpoint.Unix _ ->
                throw new BindFailedException(endpoint, BindFailedException.NO_DATAGRAMS, null);
        };
    }

    @Override
    public ConnectableSocket connecting(SocketAddress peer, @Nullable InetAddress local, Options.Sockets options)
            throws IOException {
        boolean tcp = peer instanceof InetSocketAddress;
        if (peer instanceof UnixDomainSocketAddress unix) {
            requireUsable(unix.getPath());
        }
        SocketChannel channel = opened(tcp);
        try {
            if (tcp) {
                ChannelSocketOptions.setReceiveBuffer(channel, options);
                ChannelSocketOptions.setAll(channel, options);
                bind(channel, local);
            } else {
                ChannelSocketOptions.setSendBuffer(channel, options);
            }
            return new ChannelSocket(channel, peer);
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    private static SocketChannel opened(boolean tcp) throws ResourceExhaustedException {
        try {
            return tcp ? SocketChannel.open() : SocketChannel.open(StandardProtocolFamily.UNIX);
        } catch (IOException e) {
            throw ResourceExhaustedException.noSocket(e);
        }
    }

    private static void bind(SocketChannel channel, @Nullable InetAddress local) throws IOException {
        if (local == null) {
            return;
        }
        try {
            channel.bind(new InetSocketAddress(local, 0));
        } catch (SocketException | UnsupportedAddressTypeException e) {
            throw UnreachableException.localAddress(local, e);
        }
    }

    private static void requireUsable(Path path) throws UnreachableException {
        if (path.toString().startsWith("@")) {
            throw new UnreachableException("this model has no abstract addresses (the JDK lacks them);"
                    + " use a model on descriptors, as epoll, or a path", null);
        }
        int bytes = path.toString().getBytes(FileNameEncoding.ENCODING).length;
        if (bytes > FileNameEncoding.MOST_SOCKET_PATH_BYTES) {
            throw new UnreachableException("its path has " + bytes + " bytes and the JDK's sockets take "
                    + FileNameEncoding.MOST_SOCKET_PATH_BYTES
                    + "; take a shorter one, or a model on descriptors, as epoll, which takes 107", null);
        }
    }

    private static Listener listenTcp(Endpoint asked, Endpoint.Tcp tcp, IntFunction<Endpoint> real,
            Options.Sockets options) throws IOException {
        InetSocketAddress address = HostResolver.resolve(asked, tcp.host(), tcp.port());
        ChannelSocketOptions.requirePossible(asked, options);
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, options.reuseAddress());
            ChannelSocketOptions.setReceiveBuffer(channel, options);
            channel.configureBlocking(false);
            channel.bind(address, options.backlog());
            int port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
            return new ChannelListener(channel, real.apply(port), options);
        } catch (IOException e) {
            channel.close();
            throw explained(asked, address, e);
        }
    }

    private static DatagramPort bindUdp(Endpoint.Udp udp, Options.Sockets options) throws IOException {
        InetSocketAddress address = HostResolver.resolve(udp, udp.host(), udp.port());
        // An IPv4 socket for an IPv4 address, so that peer and local addresses have the requested form.
        DatagramChannel channel = HostResolver.isEvery(udp.host())
                || !(address.getAddress() instanceof java.net.Inet4Address)
                        ? DatagramChannel.open()
                        : DatagramChannel.open(StandardProtocolFamily.INET);
        try {
            channel.configureBlocking(false);
            ChannelSocketOptions.setBuffers(channel, options);
            channel.bind(address);
            int port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
            return new ChannelDatagramPort(channel, new Endpoint.Udp(udp.host(), port));
        } catch (IOException e) {
            channel.close();
            throw explained(udp, address, e);
        }
    }

    /// Explains a failed bind in one sentence: endpoint, reason and remedy. The JDK has one exception type for three
    /// reasons, and a text in the user's language; so the address determines the reason.
    private static IOException explained(Endpoint endpoint, InetSocketAddress address, IOException e) {
        String why = e instanceof BindException ? whyNotBound(address) : String.valueOf(e.getMessage());
        return new BindFailedException(endpoint, why, e);
    }

    private static String whyNotBound(InetSocketAddress address) {
        if (!isOurs(address.getAddress())) {
            return BindFailedException.NOT_OURS;
        }
        boolean mayNeedRights = address.getPort() > 0 && address.getPort() < FIRST_UNPRIVILEGED_PORT;
        return mayNeedRights ? BindFailedException.IN_USE_OR_FORBIDDEN : BindFailedException.IN_USE;
    }

    private static boolean isOurs(InetAddress address) {
        try {
            return address.isAnyLocalAddress() || address.isLoopbackAddress()
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            // The interfaces cannot be listed; "in use" is the more frequent reason.
            return true;
        }
    }
}
