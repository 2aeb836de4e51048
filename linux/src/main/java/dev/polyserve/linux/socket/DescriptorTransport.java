package dev.polyserve.linux.socket;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.BindFailedException;
import dev.polyserve.io.Transport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Descriptors as a family of sockets: TCP, UDP, Unix stream and Unix datagram, bound here or given.
public final class DescriptorTransport implements Transport {
    private final int mostDescriptors;
    private final GivenSockets given;

    private DescriptorTransport(int mostDescriptors, GivenSockets given) {
        this.mostDescriptors = mostDescriptors;
        this.given = given;
    }

    /// With as many descriptors as the system gives.
    public static DescriptorTransport unlimited() {
        return new DescriptorTransport(Integer.MAX_VALUE, GivenSockets.ofThisProcess());
    }

    /// With descriptors whose numbers are less than that.
    public static DescriptorTransport limitedTo(int descriptors) {
        return new DescriptorTransport(descriptors, GivenSockets.ofThisProcess());
    }

    /// The same, but with these sockets given instead of those of the process.
    public DescriptorTransport serving(GivenSockets sockets) {
        return new DescriptorTransport(mostDescriptors, sockets);
    }

    @Override
    public List<Place> places(Endpoint endpoint) throws IOException {
        if (!(endpoint instanceof Endpoint.Inherited inherited)) {
            return List.of(new Place(endpoint, endpoint.datagram()));
        }
        List<Place> places = new ArrayList<>();
        for (int number : given.numbers(inherited)) {
            places.add(new Place(new Endpoint.Inherited(Integer.toString(number)),
                    Adoption.isDatagram(endpoint, number)));
        }
        if (places.isEmpty()) {
            throw new BindFailedException(endpoint, "no socket of that name was inherited; see LISTEN_FDNAMES", null);
        }
        return places;
    }

    @Override
    public DescriptorListener listen(Endpoint endpoint, Options.Sockets options) throws IOException {
        Optional<GivenSockets.Given> open = given.take(endpoint);
        Bound bound = open.isPresent() ? Adoption.listener(endpoint, open.get(), options) : switch (endpoint) {
            case Endpoint.Tcp tcp -> Binding.tcp(tcp, options);
            case Endpoint.Unix unix -> Binding.unix(unix, options);
            case Endpoint.Inherited _ -> throw notANumber(endpoint);
            case Endpoint.Udp _, Endpoint.UnixDatagram _ ->
                throw new BindFailedException(endpoint, BindFailedException.NO_CONNECTIONS, null);
        };
        return new DescriptorListener(bound, mostDescriptors, options);
    }

    @Override
    public DescriptorPort bind(Endpoint endpoint, Options.Sockets options) throws IOException {
        Optional<GivenSockets.Given> open = given.take(endpoint);
        Bound bound = open.isPresent() ? Adoption.port(endpoint, open.get(), options) : switch (endpoint) {
            case Endpoint.Udp udp -> Binding.udp(udp, options);
            case Endpoint.UnixDatagram unix -> Binding.unixDatagram(unix, options);
            case Endpoint.Inherited _ -> throw notANumber(endpoint);
            case Endpoint.Tcp _, Endpoint.Unix _ ->
                throw new BindFailedException(endpoint, BindFailedException.NO_DATAGRAMS, null);
        };
        return DescriptorPort.of(bound);
    }

    private static IllegalArgumentException notANumber(Endpoint endpoint) {
        return new IllegalArgumentException(endpoint + " is a name: places() has its sockets");
    }
}
