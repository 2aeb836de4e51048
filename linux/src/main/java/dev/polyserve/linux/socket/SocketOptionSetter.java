package dev.polyserve.linux.socket;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.BindFailedException;
import dev.polyserve.linux.system.CallMemory;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.IntSocketOption;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;

/// Sets the options of one socket, for the given endpoint.
///
/// **Thread**: the thread that created it.
final class SocketOptionSetter {
    private static final int MILLIS_PER_SECOND = 1_000;

    private final CallMemory memory = CallMemory.small();
    private final Endpoint endpoint;
    private final Descriptor descriptor;

    SocketOptionSetter(Endpoint endpoint, Descriptor descriptor) {
        this.endpoint = endpoint;
        this.descriptor = descriptor;
    }

    /// Sets the options that connections inherit from a TCP listener, so that they cost no call per connection.
    void ofTcpListener(Options.Sockets options) throws IOException {
        set(IntSocketOption.TCP_NODELAY, options.noDelay());
        buffers(options);
        if (options.keepAlive().isPresent()) {
            Options.KeepAlive probes = options.keepAlive().get();
            set(IntSocketOption.SO_KEEPALIVE, true);
            set(IntSocketOption.TCP_KEEPIDLE, (int) probes.idle().toSeconds());
            set(IntSocketOption.TCP_KEEPINTVL, (int) probes.interval().toSeconds());
            set(IntSocketOption.TCP_KEEPCNT, probes.count());
        }
        setUnlessZero(IntSocketOption.TCP_USER_TIMEOUT, (int) options.userTimeout().toMillis());
        setUnlessZero(IntSocketOption.TCP_DEFER_ACCEPT,
                (int) Math.ceilDiv(options.deferAccept().toMillis(), MILLIS_PER_SECOND));
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
            throw new BindFailedException(endpoint, Errno.text(-result), new SystemCallException("setsockopt", result));
        }
    }
}
