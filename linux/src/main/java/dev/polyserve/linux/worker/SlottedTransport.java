package dev.polyserve.linux.worker;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.DatagramPort;
import dev.polyserve.io.Listener;
import dev.polyserve.io.Transport;
import dev.polyserve.linux.socket.DescriptorTransport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Descriptors as a family of sockets, in an order by which workers know them.
///
/// **Thread**: binding, one at a time; then any.
final class SlottedTransport implements Transport {
    private static final int ANY = 0;

    private final DescriptorTransport sockets = DescriptorTransport.unlimited();
    /// By the places for which they stand: the program knows a name, and each of its sockets is a place.
    private final Map<Endpoint, Endpoint> askedOf = new HashMap<>();
    private final List<Order.Slot> slots = new ArrayList<>();
    private final List<Endpoint> endpoints = new ArrayList<>();

    @Override
    public List<Place> places(Endpoint endpoint) throws IOException {
        List<Place> places = sockets.places(endpoint);
        places.forEach(place -> askedOf.put(place.withPort(ANY).endpoint(), endpoint));
        return places;
    }

    @Override
    public Listener listen(Endpoint endpoint, Options.Sockets options) throws IOException {
        Listener listener = sockets.listen(endpoint, options);
        add(endpoint, listener.endpoint());
        return listener;
    }

    @Override
    public DatagramPort bind(Endpoint endpoint, Options.Sockets options) throws IOException {
        DatagramPort port = sockets.bind(endpoint, options);
        add(endpoint, port.endpoint());
        return port;
    }

    private void add(Endpoint place, Endpoint real) {
        // The port may have been chosen since.
        Endpoint asked = askedOf.getOrDefault(new Place(place, false).withPort(ANY).endpoint(), place);
        slots.add(new Order.Slot(asked.toString(), real.toString()));
        endpoints.add(real);
    }

    @Override
    public void withdraw(Endpoint real) {
        int slot = endpoints.indexOf(real);
        if (slot >= 0) {
            slots.remove(slot);
            endpoints.remove(slot);
        }
    }

    List<Order.Slot> slots() {
        return List.copyOf(slots);
    }

    Endpoint endpoint(int slot) {
        return endpoints.get(slot);
    }

    int slot(Endpoint real) {
        return endpoints.indexOf(real);
    }
}
