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
public final class RingTransport implements Transport {
    private final DescriptorTransport descriptors;

    /// The family.
    public RingTransport() {
        this(DescriptorTransport.unlimited());
    }

    /// The family, with these sockets.
    public RingTransport(DescriptorTransport descriptors) {
        this.descriptors = descriptors;
    }

    @Override
    public List<Place> places(Endpoint endpoint) throws IOException {
        return descriptors.places(endpoint);
    }

    @Override
    public Listener listen(Endpoint endpoint, Options.Sockets options) throws IOException {
        Listener listener = descriptors.listen(endpoint, options);
        // One connection that was handed down is watched by polls: there is nothing to accept again and again.
        return listener instanceof DescriptorListener accepting ? new RingListener(accepting) : listener;
    }

    @Override
    public DatagramPort bind(Endpoint endpoint, Options.Sockets options) throws IOException {
        return new RingPort(descriptors.bind(endpoint, options));
    }
}
