package dev.polyserve.linux.worker;

import dev.polyserve.io.ConnectableSocket;
import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.BindFailedException;
import dev.polyserve.io.DatagramPort;
import dev.polyserve.io.Listener;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.linux.socket.DescriptorSocketProvider;
import dev.polyserve.linux.socket.ReceivedConnectionsListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import dev.polyserve.proxy.ProxyHeader;
import dev.polyserve.run.ProxiedAddresses;
import java.util.concurrent.ConcurrentHashMap;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// The socket provider of a worker that accepts no connection itself: each listener yields the connections that the
/// supervisor transfers. Datagrams need no socket here, because the supervisor requests each answer.
///
/// **Thread**: one thread at a time binds; [#take] any.
final class ReceivedConnectionsProvider implements SocketProvider {
    private final List<WorkerCommand.Slot> slots;
    /// The endpoints whose slots are known to the server.
    private final Set<Integer> placed = new HashSet<>();
    private final DescriptorSocketProvider outgoing = DescriptorSocketProvider.unlimited();
    private final Map<Integer, ReceivedConnectionsListener> listeners = new ConcurrentHashMap<>();

    ReceivedConnectionsProvider(List<WorkerCommand.Slot> slots) {
        this.slots = slots;
    }

    /// The slots of the endpoint that carry connections. A server that lists an endpoint twice asks twice.
    @Override
    public List<Place> places(Endpoint endpoint) {
        List<Place> places = new ArrayList<>();
        OptionalInt index = slots.stream().filter(slot -> slot.asked().equals(endpoint.toString()))
                .mapToInt(WorkerCommand.Slot::index).filter(one -> !placed.contains(one)).findFirst();
        if (index.isPresent()) {
            placed.add(index.getAsInt());
            for (WorkerCommand.Slot slot : slots) {
                Endpoint real = Endpoint.parse(slot.real());
                if (slot.index() == index.getAsInt() && !real.datagram()) {
                    places.add(new Place(real, false));
                }
            }
        }
        return places;
    }

    @Override
    public Listener listen(Endpoint real, Options.Sockets options) throws IOException {
        ReceivedConnectionsListener listener = ReceivedConnectionsListener.open(real, address(real), () -> {
            // The listener belongs to the supervisor; the worker does not close it.
        });
        for (int slot = 0; slot < slots.size(); slot++) {
            if (slots.get(slot).real().equals(real.toString())) {
                listeners.put(slot, listener);
            }
        }
        return listener;
    }

    private static SocketAddress address(Endpoint real) {
        return switch (real) {
            case Endpoint.Tcp tcp -> address(tcp);
            case Endpoint.Tls tls -> address(tls.tcp());
            case Endpoint.Unix unix -> UnixDomainSocketAddress.of(unix.path());
            case Endpoint.Udp _, Endpoint.UnixDatagram _, Endpoint.Inherited _ ->
                throw new IllegalArgumentException("no listener: " + real);
        };
    }

    private static InetSocketAddress address(Endpoint.Tcp tcp) {
        return new InetSocketAddress(tcp.host().equals("*") ? "0.0.0.0" : tcp.host(), tcp.port());
    }

    @Override
    public DatagramPort bind(Endpoint endpoint, Options.Sockets options) throws IOException {
        throw new BindFailedException(endpoint, BindFailedException.NO_DATAGRAMS, null);
    }

    @Override
    public ConnectableSocket connecting(SocketAddress peer, @Nullable InetAddress local, Options.Sockets options)
            throws IOException {
        return outgoing.connecting(peer, local, options);
    }

    /// Receives a connection that the supervisor transfers.
    ///
    /// @param header the PROXY header that the supervisor has read from it
    void take(int slot, int descriptor, Optional<ProxyHeader> header) throws IOException {
        ReceivedConnectionsListener listener = listeners.get(slot);
        if (listener == null) {
            throw new IOException("a connection came through socket " + slot + ", which is no listener here");
        }
        listener.take(descriptor, real -> header.map(it -> ProxiedAddresses.of(it, real)).orElse(real));
    }
}
