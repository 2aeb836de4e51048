package dev.polyserve.linux.socket;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.BindFailedException;
import dev.polyserve.io.HostResolver;
import dev.polyserve.io.Listener;
import dev.polyserve.io.ResourceExhaustedException;
import dev.polyserve.io.SocketProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// The family of descriptor sockets: TCP, UDP, Unix stream and Unix datagram, bound here or preopened.
public final class DescriptorSocketProvider implements SocketProvider {
    private final int mostDescriptors;
    private final PreopenedSockets open;

    private DescriptorSocketProvider(int mostDescriptors, PreopenedSockets open) {
        this.mostDescriptors = mostDescriptors;
        this.open = open;
    }

    /// Creates the family without a limit on descriptors.
    public static DescriptorSocketProvider unlimited() {
        return new DescriptorSocketProvider(Integer.MAX_VALUE, PreopenedSockets.ofThisProcess());
    }

    /// Creates the family for descriptors with numbers below the limit.
    public static DescriptorSocketProvider limitedTo(int descriptors) {
        return new DescriptorSocketProvider(descriptors, PreopenedSockets.ofThisProcess());
    }

    /// Returns the same family, with these sockets instead of those of the process.
    public DescriptorSocketProvider serving(PreopenedSockets sockets) {
        return new DescriptorSocketProvider(mostDescriptors, sockets);
    }

    @Override
    public List<Place> places(Endpoint endpoint) throws IOException {
        if (!(endpoint instanceof Endpoint.Inherited inherited)) {
            // Not resolved again: the addresses of the name may have changed since the sockets were bound.
            int given = hasName(endpoint) ? open.nextCount(endpoint) : 0;
            return given > 0
                    ? Collections.nCopies(given, new Place(endpoint, endpoint.datagram()))
                    : SocketProvider.super.places(endpoint);
        }
        List<Place> places = new ArrayList<>();
        for (int number : open.numbers(inherited)) {
            places.add(new Place(new Endpoint.Inherited(Integer.toString(number)),
                    OpenSocketInfo.of(endpoint, number).kind() == OpenSocketInfo.Kind.DATAGRAMS));
        }
        if (places.isEmpty()) {
            throw new BindFailedException(endpoint, "no socket of that name was inherited; see LISTEN_FDNAMES", null);
        }
        return places;
    }

    private static boolean hasName(Endpoint endpoint) {
        return switch (endpoint) {
            case Endpoint.Tcp tcp -> HostResolver.isName(tcp.host());
            case Endpoint.Tls tls -> HostResolver.isName(tls.host());
            case Endpoint.Udp udp -> HostResolver.isName(udp.host());
            case Endpoint.Unix _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> false;
        };
    }

    /// Returns a [DescriptorListener], or a [ReceivedConnectionsListener] for an inherited connection.
    @Override
    public Listener listen(Endpoint endpoint, Options.Sockets options) throws IOException {
        Optional<PreopenedSockets.Given> given = open.take(endpoint);
        if (given.isPresent()) {
            OpenSocketInfo found = OpenSocketInfo.of(endpoint, given.get().descriptor());
            BoundDescriptor bound = SocketAdoption.stream(endpoint, given.get(), found, options);
            return switch (found.kind()) {
                case CONNECTION -> handed(bound);
                case LISTENER, DATAGRAMS -> new DescriptorListener(bound, mostDescriptors, options);
            };
        }
        BoundDescriptor bound = switch (endpoint) {
            case Endpoint.Tcp tcp -> SocketBinding.tcp(tcp, options);
            case Endpoint.Tls tls -> SocketBinding.tls(tls, options);
            case Endpoint.Unix unix -> SocketBinding.unix(unix, options);
            case Endpoint.Inherited _ -> throw notANumber(endpoint);
            case Endpoint.Udp _, Endpoint.UnixDatagram _ ->
                throw new BindFailedException(endpoint, BindFailedException.NO_CONNECTIONS, null);
        };
        return new DescriptorListener(bound, mostDescriptors, options);
    }

    /// Returns a listener with the given connection as its only one.
    private static Listener handed(BoundDescriptor connection) throws IOException {
        ReceivedConnectionsListener listener = ReceivedConnectionsListener.open(connection.endpoint(),
                connection.address(), () -> {
                });
        listener.take(connection.descriptor().number());
        return listener;
    }

    @Override
    public DescriptorSocket connecting(SocketAddress peer, @Nullable InetAddress local, Options.Sockets options)
            throws IOException {
        Descriptor socket = SocketBinding.connecting(peer, local, options);
        if (socket.number() >= mostDescriptors) {
            socket.close();
            throw new ResourceExhaustedException("the model can watch descriptors below " + mostDescriptors
                    + " only, and this process has as many; use epoll, or close connections", null);
        }
        boolean tcp = peer instanceof InetSocketAddress;
        return new DescriptorSocket(socket.number(), peer,
                tcp ? new InetSocketAddress(0) : UnixDomainSocketAddress.of(""),
                Optional.empty());
    }

    @Override
    public DescriptorDatagramPort bind(Endpoint endpoint, Options.Sockets options) throws IOException {
        Optional<PreopenedSockets.Given> given = open.take(endpoint);
        BoundDescriptor bound = given.isPresent()
                ? SocketAdoption.port(endpoint, given.get(), options)
                : switch (endpoint) {
                    case Endpoint.Udp udp -> SocketBinding.udp(udp, options);
                    case Endpoint.UnixDatagram unix -> SocketBinding.unixDatagram(unix, options);
                    case Endpoint.Inherited _ -> throw notANumber(endpoint);
                    case Endpoint.Tcp _, Endpoint.Tls _, Endpoint.Unix _ ->
                        throw new BindFailedException(endpoint, BindFailedException.NO_DATAGRAMS, null);
                };
        return DescriptorDatagramPort.of(bound);
    }

    private static IllegalArgumentException notANumber(Endpoint endpoint) {
        return new IllegalArgumentException(endpoint + " is a name: places() has its sockets");
    }
}
