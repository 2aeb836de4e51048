package dev.polyserve.linux.supervisor;

import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.DatagramPort;
import dev.polyserve.io.Listener;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.linux.socket.DescriptorSocketProvider;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// A socket provider that numbers its descriptors in the order that workers use.
///
/// **Thread**: any; one thread at a time binds.
final class NumberedSocketProvider implements SocketProvider {
    private final DescriptorSocketProvider sockets = DescriptorSocketProvider.unlimited();
    private final RequestedEndpoints asked = new RequestedEndpoints();
    private final List<WorkerCommand.Slot> slots = new ArrayList<>();
    private final List<Endpoint> endpoints = new ArrayList<>();

    @Override
    public List<Place> places(Endpoint endpoint) throws IOException {
        return asked.note(endpoint, sockets.places(endpoint));
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
        slots.add(new WorkerCommand.Slot(asked.of(place).toString(), real.toString()));
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

    List<WorkerCommand.Slot> slots() {
        return List.copyOf(slots);
    }

    Endpoint endpoint(int slot) {
        return endpoints.get(slot);
    }

    int slot(Endpoint real) {
        return endpoints.indexOf(real);
    }
}
