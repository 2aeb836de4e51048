package dev.polyserve;

import java.net.InetAddress;
import java.net.SocketAddress;
import java.nio.file.Path;

/// Where to listen, or to connect to: `tcp://host:port`, `tls://host:port`, `udp://host:port`, `unix:/path`, `unixgram:/path`, `fd:N` or `fd:NAME`; under
/// the models on descriptors also `unix:@name` and `unixgram:@name`.
public sealed interface Endpoint {
    /// A TCP port. A host of `*` or none means every address, IPv6 and IPv4; port 0 selects a free one.
    ///
    /// @param host name, IPv4 or IPv6 address (without brackets), or `*`
    /// @param port 0 to 65535
    record Tcp(String host, int port) implements Endpoint {
        /// Checks the port.
        public Tcp {
            EndpointText.requirePort(port);
        }

        @Override
        public String toString() {
            return "tcp://" + EndpointText.hostAndPort(host, port);
        }
    }

    /// A TCP port whose connections speak TLS, as [Tcp]; [ServerBuilder#tls] says with which certificate.
    ///
    /// @param host name, IPv4 or IPv6 address (without brackets), or `*`
    /// @param port 0 to 65535
    record Tls(String host, int port) implements Endpoint {
        /// Checks the port.
        public Tls {
            EndpointText.requirePort(port);
        }

        /// The TCP port.
        public Tcp tcp() {
            return new Tcp(host, port);
        }

        @Override
        public String toString() {
            return "tls://" + EndpointText.hostAndPort(host, port);
        }
    }

    /// A UDP port, as [Tcp].
    ///
    /// @param host name, IPv4 or IPv6 address (without brackets), or `*`
    /// @param port 0 to 65535
    record Udp(String host, int port) implements Endpoint {
        /// Checks the port.
        public Udp {
            EndpointText.requirePort(port);
        }

        @Override
        public String toString() {
            return "udp://" + EndpointText.hostAndPort(host, port);
        }
    }

    /// A Unix stream socket. A stale socket file is replaced, a live one refused, any other file never touched.
    /// A path that begins with `@` is not a file but a Linux abstract name, which disappears with its socket. A file of
    /// such a name is written `./@name`.
    ///
    /// @param path where its file is, or its abstract name
    record Unix(Path path) implements Endpoint {
        /// Whether it is an abstract name rather than a file.
        public boolean isAbstract() {
            return EndpointText.isAbstract(path);
        }

        @Override
        public String toString() {
            return "unix:" + path;
        }
    }

    /// A Unix datagram socket, as [Unix].
    ///
    /// @param path where its file is, or its abstract name
    record UnixDatagram(Path path) implements Endpoint {
        /// Whether it is an abstract name rather than a file.
        public boolean isAbstract() {
            return EndpointText.isAbstract(path);
        }

        @Override
        public String toString() {
            return "unixgram:" + path;
        }
    }

    /// A socket inherited from the parent process: a listener or a bound datagram socket of any kind.
    ///
    /// @param name its descriptor number, or its name among `LISTEN_FDNAMES`
    record Inherited(String name) implements Endpoint {
        @Override
        public String toString() {
            return "fd:" + name;
        }
    }

    /// Whether it carries datagrams rather than connections. An inherited endpoint counts as a stream here: only the
    /// server knows its kind, from the socket.
    default boolean datagram() {
        return switch (this) {
            case Udp _, UnixDatagram _ -> true;
            case Tcp _, Tls _, Unix _, Inherited _ -> false;
        };
    }

    /// An address as messages show it: `127.0.0.1:5555`, `[::1]:5555` (RFC 5952), the path of a Unix socket, or `unix`
    /// for an unnamed one. It does no DNS lookup.
    static String textOf(SocketAddress address) {
        return AddressText.of(address);
    }

    /// A host's address as messages show it: `127.0.0.1`, `::1` (RFC 5952).
    static String textOf(InetAddress address) {
        return AddressText.of(address);
    }

    /// Reads the text form.
    ///
    /// @throws IllegalArgumentException with one sentence: what is wrong, and the correct form
    static Endpoint parse(String text) {
        return EndpointText.parse(text);
    }
}
