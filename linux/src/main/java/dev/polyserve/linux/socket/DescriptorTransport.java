package dev.polyserve.linux.socket;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.BindFailedException;
import dev.polyserve.io.Transport;
import java.io.IOException;

/// Descriptors as a family of sockets: TCP, UDP, Unix stream and Unix datagram.
public final class DescriptorTransport implements Transport {
    private final int mostDescriptors;

    private DescriptorTransport(int mostDescriptors) {
        this.mostDescriptors = mostDescriptors;
    }

    /// With as many descriptors as the system gives.
    public static DescriptorTransport unlimited() {
        return new DescriptorTransport(Integer.MAX_VALUE);
    }

    /// With descriptors whose numbers are less than that.
    public static DescriptorTransport limitedTo(int descriptors) {
        return new DescriptorTransport(descriptors);
    }

    @Override
    public DescriptorListener listen(Endpoint endpoint, Options.Sockets options) throws IOException {
        Bound bound = switch (endpoint) {
            case Endpoint.Tcp tcp -> Binding.tcp(tcp, options);
            case Endpoint.Unix unix -> Binding.unix(unix, options);
            case Endpoint.Inherited _ ->
                throw new BindFailedException(endpoint, BindFailedException.NOT_INHERITED, null);
            case Endpoint.Udp _, Endpoint.UnixDatagram _ ->
                throw new BindFailedException(endpoint, BindFailedException.NO_CONNECTIONS, null);
        };
        return new DescriptorListener(bound, mostDescriptors, options);
    }

    @Override
    public DescriptorPort bind(Endpoint endpoint, Options.Sockets options) throws IOException {
        Bound bound = switch (endpoint) {
            case Endpoint.Udp udp -> Binding.udp(udp, options);
            case Endpoint.UnixDatagram unix -> Binding.unixDatagram(unix, options);
            case Endpoint.Tcp _, Endpoint.Unix _, Endpoint.Inherited _ ->
                throw new BindFailedException(endpoint, BindFailedException.NO_DATAGRAMS, null);
        };
        return DescriptorPort.of(bound);
    }
}
