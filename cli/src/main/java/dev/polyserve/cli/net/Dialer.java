package dev.polyserve.cli.net;

import dev.polyserve.file.FileNameEncoding;
import dev.polyserve.io.NameLookup;
import dev.polyserve.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Connects to endpoints: for a name, to the first address that answers.
///
/// **Thread**: any; a wait, also for a name look-up, unmounts a virtual thread.
public final class Dialer {
    private static final Duration CONNECT_AT_MOST = Duration.ofSeconds(10);

    private Dialer() {}

    /// Opens a channel in blocking mode to the endpoint, on which the caller begins TLS if it has it; the caller closes it.
    ///
    /// @throws IOException after ten seconds at most, with the reason for each address
    /// @throws IllegalArgumentException when the endpoint cannot be connected to
    public static SocketChannel connect(Endpoint endpoint) throws IOException, InterruptedException {
        return switch (endpoint) {
            case Endpoint.Tcp tcp -> tcp(tcp);
            case Endpoint.Tls tls -> tcp(tls.tcp());
            case Endpoint.Unix unix when unix.isAbstract() -> throw new IOException("an abstract address cannot be"
                    + " connected to (the JDK does not support them): listen on a path, or use socat - ABSTRACT-CONNECT:"
                    + unix.path().toString().substring(1));
            case Endpoint.Unix unix -> unix(unix.path());
            case Endpoint.Udp _, Endpoint.UnixDatagram _, Endpoint.Inherited _ ->
                throw new IllegalArgumentException(
                        endpoint + " does not accept connections: use tcp://host:port or unix:/path");
        };
    }

    /// The addresses of a host, in the order of attempts; `*`, all addresses of a machine, stands for this machine.
    ///
    /// @throws IOException when the name is unknown, or not resolved within ten seconds
    public static List<InetSocketAddress> addresses(String host, int port) throws IOException, InterruptedException {
        return addresses(host, port, CONNECT_AT_MOST);
    }

    private static List<InetSocketAddress> addresses(String host, int port, Duration atMost)
            throws IOException, InterruptedException {
        return NameLookup.addresses(host.equals("*") ? "localhost" : host, atMost).stream()
                .map(address -> new InetSocketAddress(address, port)).toList();
    }

    /// Opens a channel in blocking mode to the socket at this path; the caller closes it.
    public static SocketChannel unix(Path path) throws IOException {
        int bytes = path.toString().getBytes(FileNameEncoding.ENCODING).length;
        if (bytes > FileNameEncoding.MOST_SOCKET_PATH_BYTES) {
            throw new IOException(
                    "its path has " + bytes + " bytes, and the JDK's sockets take "
                            + FileNameEncoding.MOST_SOCKET_PATH_BYTES);
        }
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(path));
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static SocketChannel tcp(Endpoint.Tcp endpoint) throws IOException, InterruptedException {
        long begunNanos = System.nanoTime();
        List<InetSocketAddress> addresses = addresses(endpoint.host(), endpoint.port(), CONNECT_AT_MOST);
        Duration left = CONNECT_AT_MOST.minusNanos(System.nanoTime() - begunNanos);
        try (HappyEyeballs attempts = new HappyEyeballs(addresses)) {
            SocketChannel channel = attempts.connect(left);
            try {
                return channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (ClosedByInterruptException e) {
            Thread.interrupted();
            InterruptedException interrupted = new InterruptedException("while connecting to " + endpoint);
            interrupted.initCause(e);
            throw interrupted;
        }
    }
}
