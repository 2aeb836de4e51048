package dev.polyserve.linux.worker;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.BindFailedException;
import dev.polyserve.io.DatagramPort;
import dev.polyserve.io.Listener;
import dev.polyserve.io.Transport;
import dev.polyserve.linux.socket.ReceivedListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The sockets of a worker that accepts nobody itself: each listener gives what the supervisor hands over. Datagrams need none,
/// because the supervisor asks for each answer.
///
/// **Thread**: binding, one at a time; [#take] any.
final class ReceivedTransport implements Transport {
    private final List<WorkerCommand.Slot> slots;
    private final Map<Integer, ReceivedListener> listeners = new ConcurrentHashMap<>();

    ReceivedTransport(List<WorkerCommand.Slot> slots) {
        this.slots = slots;
    }

    /// The slots that the endpoint stands for, which carry connections.
    @Override
    public List<Place> places(Endpoint endpoint) {
        List<Place> places = new ArrayList<>();
        for (WorkerCommand.Slot slot : slots) {
            Endpoint real = Endpoint.parse(slot.real());
            if (slot.asked().equals(endpoint.toString()) && !real.datagram()) {
                places.add(new Place(real, false));
            }
        }
        return places;
    }

    @Override
    public Listener listen(Endpoint real, Options.Sockets options) throws IOException {
        ReceivedListener listener = ReceivedListener.open(real, address(real), () -> {
            // The supervisor's listener is not ours to close.
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
            case Endpoint.Tcp tcp -> new InetSocketAddress(tcp.host().equals("*") ? "0.0.0.0" : tcp.host(), tcp.port());
            case Endpoint.Unix unix -> UnixDomainSocketAddress.of(unix.path());
            case Endpoint.Udp _, Endpoint.UnixDatagram _, Endpoint.Inherited _ ->
                throw new IllegalArgumentException("no listener: " + real);
        };
    }

    @Override
    public DatagramPort bind(Endpoint endpoint, Options.Sockets options) throws IOException {
        throw new BindFailedException(endpoint, BindFailedException.NO_DATAGRAMS, null);
    }

    /// A connection that the supervisor hands over.
    void take(int slot, int descriptor) throws IOException {
        ReceivedListener listener = listeners.get(slot);
        if (listener == null) {
            throw new IOException("a connection came through socket " + slot + ", which is no listener here");
        }
        listener.take(descriptor);
    }
}
