package dev.polyserve.linux.ring;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.DatagramPort;
import dev.polyserve.io.Listener;
import dev.polyserve.io.Transport;
import dev.polyserve.linux.socket.DescriptorListener;
import dev.polyserve.linux.socket.DescriptorTransport;
import java.io.IOException;
import java.util.List;

/// Descriptors as a family of sockets whose connections and listeners a ring serves.
///
/// A listener of its own is served by one order to accept that goes on and on. Where other processes serve it, too, that would
/// be unfair and unsafe: the system would wake the ring that has waited longest, which is always the same one, and a ring that
/// ends would have to give up those whom it has accepted unasked. Such a listener is polled, and accepts when it is told to.
public final class RingTransport implements Transport {
    private final DescriptorTransport descriptors;
    private final boolean shared;

    /// The family.
    public RingTransport() {
        this(DescriptorTransport.unlimited(), false);
    }

    /// The family, with these sockets.
    ///
    /// @param shared whether other processes serve its listeners, too
    public RingTransport(DescriptorTransport descriptors, boolean shared) {
        this.descriptors = descriptors;
        this.shared = shared;
    }

    @Override
    public List<Place> places(Endpoint endpoint) throws IOException {
        return descriptors.places(endpoint);
    }

    @Override
    public Listener listen(Endpoint endpoint, Options.Sockets options) throws IOException {
        Listener listener = descriptors.listen(endpoint, options);
        return switch (listener) {
            case DescriptorListener accepting when shared -> new PolledListener(accepting);
            case DescriptorListener accepting -> new RingListener(accepting);
            // One connection that was handed down is watched by polls: there is nothing to accept again and again.
            default -> listener;
        };
    }

    @Override
    public DatagramPort bind(Endpoint endpoint, Options.Sockets options) throws IOException {
        return new RingPort(descriptors.bind(endpoint, options));
    }
}
