package dev.polyserve.linux.ring;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.ConnectableSocket;
import dev.polyserve.io.DatagramPort;
import dev.polyserve.io.Listener;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.linux.socket.DescriptorListener;
import dev.polyserve.linux.socket.DescriptorSocketProvider;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// The family of descriptor sockets, with connections and listeners that a ring serves.
///
/// A listener that no other process serves has one multishot accept. For a shared listener this would be unfair and
/// unsafe. The system would wake the ring that has waited longest, which is always the same one. A ring that ends would
/// lose the connections that it has already accepted. A shared listener is therefore polled, and accepts one connection
/// per call.
public final class RingSocketProvider implements SocketProvider {
    private final DescriptorSocketProvider descriptors;
    private final boolean shared;

    /// Creates the family.
    public RingSocketProvider() {
        this(DescriptorSocketProvider.unlimited(), false);
    }

    /// Creates the family over these sockets.
    ///
    /// @param shared true when other processes serve its listeners, too
    public RingSocketProvider(DescriptorSocketProvider descriptors, boolean shared) {
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
            case DescriptorListener accepting when shared -> new RingPolledListener(accepting);
            case DescriptorListener accepting -> new RingListener(accepting);
            // An inherited connection is watched by polls: there is nothing to accept repeatedly.
            default -> listener;
        };
    }

    @Override
    public ConnectableSocket connecting(SocketAddress peer, @Nullable InetAddress local, Options.Sockets options)
            throws IOException {
        return new RingSocket(descriptors.connecting(peer, local, options));
    }

    @Override
    public DatagramPort bind(Endpoint endpoint, Options.Sockets options) throws IOException {
        return new RingDatagramPort(descriptors.bind(endpoint, options));
    }
}
