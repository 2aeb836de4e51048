package dev.polyserve.linux.socket;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.net.SocketAddress;

/// A socket on a descriptor that is bound to an endpoint: a listener or a datagram port.
///
/// **Thread**: as its subclass.
public abstract sealed class BoundPollableDescriptor extends AbstractPollableDescriptor
        permits DescriptorListener, DescriptorDatagramPort {
    final BoundDescriptor bound;

    BoundPollableDescriptor(BoundDescriptor bound) {
        super(bound.descriptor());
        this.bound = bound;
    }

    /// The endpoint with its real port.
    public final Endpoint endpoint() {
        return bound.endpoint();
    }

    /// The address that the system reports for it.
    public final SocketAddress address() {
        return bound.address();
    }

    @Override
    public final void close() throws IOException {
        bound.close();
    }
}
