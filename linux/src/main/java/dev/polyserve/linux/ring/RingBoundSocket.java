package dev.polyserve.linux.ring;

import dev.polyserve.Endpoint;
import dev.polyserve.linux.socket.BoundPollableDescriptor;
import java.io.IOException;
import java.net.SocketAddress;

/// A socket of a ring that is bound to an endpoint: a listener or a datagram port.
///
/// **Thread**: as its subclass.
abstract sealed class RingBoundSocket<S extends BoundPollableDescriptor> extends MultishotRingHandle
        permits RingListener, RingDatagramPort {
    /// The same socket on a descriptor, for direct system calls.
    final S direct;

    RingBoundSocket(S direct) {
        this.direct = direct;
    }

    /// The endpoint with its real port.
    public final Endpoint endpoint() {
        return direct.endpoint();
    }

    /// The address that the system reports for it.
    public final SocketAddress address() {
        return direct.address();
    }

    /// Closes the socket; the ring has forgotten it before.
    public final void close() throws IOException {
        direct.close();
    }
}
