package dev.polyserve.linux.supervisor;

import dev.polyserve.io.ConnectableSocket;
import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.DatagramPort;
import dev.polyserve.io.Listener;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.linux.socket.DescriptorSocketProvider;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// A socket provider that numbers its descriptors in the order that workers use.
///
/// **Thread**: any; one thread at a time binds.
final class NumberedSocketProvider implements SocketProvider {
    private final DescriptorSocketProvider sockets = DescriptorSocketProvider.unlimited();
    private final SocketEndpointMatcher asked = new SocketEndpointMatcher();
    private final List<Numbered> numbered = new ArrayList<>();

    /// One socket.
    ///
    /// @param use the place it takes
    /// @param real its real endpoint
    private record Numbered(SocketEndpointMatcher.Use use, Endpoint real) {}

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
        numbered.add(new Numbered(asked.use(place), real));
    }

    @Override
    public ConnectableSocket connecting(SocketAddress peer, @Nullable InetAddress local, Options.Sockets options) {
        throw new IllegalStateException("handlers run in worker processes, so none connects to " + peer + " here");
    }

    @Override
    public void withdraw(Endpoint real) {
        int slot = slot(real);
        if (slot >= 0) {
            numbered.remove(slot).use.withdraw().run();
        }
    }

    List<WorkerCommand.Slot> slots() {
        return numbered.stream().map(one -> one.use.slot(one.real)).toList();
    }

    Endpoint endpoint(int slot) {
        return numbered.get(slot).real;
    }

    int slot(Endpoint real) {
        for (int slot = 0; slot < numbered.size(); slot++) {
            if (numbered.get(slot).real.equals(real)) {
                return slot;
            }
        }
        return -1;
    }
}
