package dev.polyserve.io;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;

/// The socket options that the JDK's channels can set.
///
/// **Thread**: any.
final class ChannelSocketOptions {
    private static final String ON_DESCRIPTORS = "; use a model on descriptors, as epoll, or leave the option out";

    private ChannelSocketOptions() {}

    private static boolean probesCanBeSet() throws IOException {
        try (SocketChannel any = SocketChannel.open()) {
            return any.supportedOptions().containsAll(Set.of(ExtendedSocketOptions.TCP_KEEPIDLE,
                    ExtendedSocketOptions.TCP_KEEPINTERVAL, ExtendedSocketOptions.TCP_KEEPCOUNT));
        }
    }

    /// Checks that no option is set that a channel does not support.
    static void requirePossible(Endpoint endpoint, Options.Sockets options) throws IOException {
        require(endpoint, "user-timeout (TCP_USER_TIMEOUT)", options.userTimeout());
        require(endpoint, "defer-accept (TCP_DEFER_ACCEPT)", options.deferAccept());
        if (options.keepAlive().isPresent() && !probesCanBeSet()) {
            throw new BindFailedException(endpoint,
                    "this system's JDK cannot set the times of keep-alive; leave it out",
                    null);
        }
    }

    private static void require(Endpoint endpoint, String option, Duration value) throws BindFailedException {
        if (!value.isZero()) {
            throw new BindFailedException(endpoint, "this model cannot set " + option + ", which the JDK lacks"
                    + ON_DESCRIPTORS, null);
        }
    }

    /// Sets the receive buffer before the listener is bound, since it determines the size of the first window;
    /// connections inherit it.
    static void setReceiveBuffer(ServerSocketChannel listener, Options.Sockets options) throws IOException {
        setBuffer(listener, StandardSocketOptions.SO_RCVBUF, options.receiveBufferBytes());
    }

    /// Sets the receive buffer of an outgoing TCP connection before it is begun, likewise.
    static void setReceiveBuffer(SocketChannel connecting, Options.Sockets options) throws IOException {
        setBuffer(connecting, StandardSocketOptions.SO_RCVBUF, options.receiveBufferBytes());
    }

    static void setBuffers(DatagramChannel port, Options.Sockets options) throws IOException {
        setBuffer(port, StandardSocketOptions.SO_RCVBUF, options.receiveBufferBytes());
        setBuffer(port, StandardSocketOptions.SO_SNDBUF, options.sendBufferBytes());
    }

    /// Sets the send buffer of a connection of either kind.
    static void setSendBuffer(SocketChannel accepted, Options.Sockets options) throws IOException {
        setBuffer(accepted, StandardSocketOptions.SO_SNDBUF, options.sendBufferBytes());
    }

    /// Sets the options of a TCP connection; not every system lets channels inherit them.
    static void setAll(SocketChannel accepted, Options.Sockets options) throws IOException {
        if (options.noDelay()) {
            accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        setSendBuffer(accepted, options);
        if (options.keepAlive().isPresent()) {
            setKeepAlive(accepted, options.keepAlive().get());
        }
    }

    /// Leaves a buffer of 0 bytes to the system.
    private static void setBuffer(NetworkChannel channel, SocketOption<Integer> buffer, int bytes) throws IOException {
        if (bytes > 0) {
            channel.setOption(buffer, bytes);
        }
    }

    private static void setKeepAlive(SocketChannel accepted, Options.KeepAlive probes) throws IOException {
        accepted.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        accepted.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, (int) probes.idle().toSeconds());
        accepted.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, (int) probes.interval().toSeconds());
        accepted.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, probes.count());
    }
}
