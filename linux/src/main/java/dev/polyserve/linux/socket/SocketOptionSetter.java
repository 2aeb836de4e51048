package dev.polyserve.linux.socket;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.BindFailedException;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.IntSocketOption;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Sets the options of one socket: one that is to listen at an endpoint, or one that is to be connected.
///
/// **Thread**: the thread that created it.
final class SocketOptionSetter {
    private static final int MILLIS_PER_SECOND = 1_000;

    private final SystemCallMemory memory;
    /// Null for a socket that does not listen.
    private final @Nullable Endpoint endpoint;
    private final Descriptor descriptor;

    SocketOptionSetter(Endpoint endpoint, Descriptor descriptor) {
        this.memory = SystemCallMemory.small();
        this.endpoint = endpoint;
        this.descriptor = descriptor;
    }

    /// For a socket that is to be connected.
    SocketOptionSetter(Descriptor descriptor, SystemCallMemory memory) {
        this.memory = memory;
        this.endpoint = null;
        this.descriptor = descriptor;
    }

    /// Sets the options of an outgoing TCP connection.
    void ofTcpConnection(Options.Sockets options) throws IOException {
        if (options.noDelay()) {
            set(IntSocketOption.TCP_NODELAY, true);
        }
        buffers(options);
        keepAlive(options);
        setUnlessZero(IntSocketOption.TCP_USER_TIMEOUT, (int) options.userTimeout().toMillis());
    }

    /// Sets the options that connections inherit from a TCP listener, so that they cost no call per connection.
    void ofTcpListener(Options.Sockets options) throws IOException {
        set(IntSocketOption.TCP_NODELAY, options.noDelay());
        buffers(options);
        keepAlive(options);
        setUnlessZero(IntSocketOption.TCP_USER_TIMEOUT, (int) options.userTimeout().toMillis());
        setUnlessZero(IntSocketOption.TCP_DEFER_ACCEPT,
                (int) Math.ceilDiv(options.deferAccept().toMillis(), MILLIS_PER_SECOND));
    }

    private void keepAlive(Options.Sockets options) throws IOException {
        if (options.keepAlive().isPresent()) {
            Options.KeepAlive probes = options.keepAlive().get();
            set(IntSocketOption.SO_KEEPALIVE, true);
            set(IntSocketOption.TCP_KEEPIDLE, (int) probes.idle().toSeconds());
            set(IntSocketOption.TCP_KEEPINTVL, (int) probes.interval().toSeconds());
            set(IntSocketOption.TCP_KEEPCNT, probes.count());
        }
    }

    /// Sets the sizes of its buffers.
    void buffers(Options.Sockets options) throws IOException {
        setUnlessZero(IntSocketOption.SO_RCVBUF, options.receiveBufferBytes());
        setUnlessZero(IntSocketOption.SO_SNDBUF, options.sendBufferBytes());
    }

    void set(IntSocketOption option, boolean value) throws IOException {
        set(option, value ? 1 : 0);
    }

    private void setUnlessZero(IntSocketOption option, int value) throws IOException {
        if (value > 0) {
            set(option, value);
        }
    }

    private void set(IntSocketOption option, int value) throws IOException {
        int result = SocketCalls.setOption(memory, descriptor.number(), option, value);
        if (result < 0) {
            SystemCallException failed = new SystemCallException("setsockopt", result);
            throw endpoint == null ? failed : new BindFailedException(endpoint, Errno.text(-result), failed);
        }
    }
}
