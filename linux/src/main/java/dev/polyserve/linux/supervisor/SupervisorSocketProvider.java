package dev.polyserve.linux.supervisor;

import dev.polyserve.io.ConnectableSocket;
import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.BindFailedException;
import dev.polyserve.io.Listener;
import dev.polyserve.io.Pollable;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.linux.socket.DescriptorListener;
import dev.polyserve.linux.socket.DescriptorDatagramPort;
import dev.polyserve.linux.socket.DescriptorSocketProvider;
import dev.polyserve.linux.system.DescriptorMessage;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// The socket provider of a server that shares its sockets with its workers: the supervisor binds them, the workers serve
/// them. A listener yields here the connections that workers have accepted and reported.
///
/// **Thread**: one thread at a time binds; then the supervisor's loop.
final class SupervisorSocketProvider implements SocketProvider {
    private final DescriptorSocketProvider sockets;
    private final SocketEndpointMatcher asked = new SocketEndpointMatcher();
    private final List<Shared> shared = new ArrayList<>();

    /// One shared socket.
    ///
    /// @param slot its description for the workers
    /// @param endpoint its real endpoint
    /// @param descriptor its number
    /// @param source what the server watches
    /// @param use the place it takes
    private record Shared(WorkerCommand.Slot slot, Endpoint endpoint, int descriptor, Pollable source,
            SocketEndpointMatcher.Use use) {}

    SupervisorSocketProvider(DescriptorSocketProvider sockets) {
        this.sockets = sockets;
    }

    @Override
    public List<Place> places(Endpoint endpoint) throws IOException {
        return asked.note(endpoint, sockets.places(endpoint));
    }

    @Override
    public Listener listen(Endpoint endpoint, Options.Sockets options) throws IOException {
        requireRoom(endpoint);
        Listener opened = sockets.listen(endpoint, options);
        if (!(opened instanceof DescriptorListener real)) {
            opened.close();
            throw new BindFailedException(endpoint, "it is one connection, which worker processes cannot share; use"
                    + " another model", null);
        }
        ReportedConnectionsListener remoteListener = new ReportedConnectionsListener(real);
        add(endpoint, real.endpoint(), real.descriptor().number(), remoteListener);
        return remoteListener;
    }

    @Override
    public DescriptorDatagramPort bind(Endpoint endpoint, Options.Sockets options) throws IOException {
        requireRoom(endpoint);
        DescriptorDatagramPort port = sockets.bind(endpoint, options);
        add(endpoint, port.endpoint(), port.descriptor().number(), port);
        return port;
    }

    /// Checks that one message to a worker has room for all sockets.
    private void requireRoom(Endpoint endpoint) throws IOException {
        if (shared.size() >= DescriptorMessage.MOST_DESCRIPTORS) {
            throw new BindFailedException(endpoint, "worker processes share at most "
                    + DescriptorMessage.MOST_DESCRIPTORS
                    + " sockets, and there are so many already; use fewer endpoints",
                    null);
        }
    }

    private void add(Endpoint place, Endpoint real, int descriptor, Pollable source) {
        SocketEndpointMatcher.Use use = asked.use(place);
        shared.add(new Shared(use.slot(real), real, descriptor, source, use));
    }

    @Override
    public ConnectableSocket connecting(SocketAddress peer, @Nullable InetAddress local, Options.Sockets options) {
        throw new IllegalStateException("handlers run in worker processes, so none connects to " + peer + " here");
    }

    @Override
    public void withdraw(Endpoint real) {
        for (Shared one : List.copyOf(shared)) {
            if (one.endpoint.equals(real)) {
                shared.remove(one);
                one.use.withdraw().run();
            }
        }
    }

    /// The descriptions of the sockets for the workers.
    List<WorkerCommand.Slot> slots() {
        return shared.stream().map(Shared::slot).toList();
    }

    /// The descriptors of the sockets, in the same order.
    int[] descriptors() {
        return shared.stream().mapToInt(Shared::descriptor).toArray();
    }

    /// The real endpoint of the socket.
    Endpoint endpoint(int slot) {
        return shared.get(slot).endpoint;
    }

    /// The supervisor's counterpart of the listener in this slot.
    ReportedConnectionsListener remoteListener(int slot) {
        return switch (shared.get(slot).source) {
            case ReportedConnectionsListener remoteListener -> remoteListener;
            default -> throw new IllegalArgumentException("no listener: " + endpoint(slot));
        };
    }

    /// Closes this process's copies of the listeners, so that it does not keep their addresses.
    void closeListeners() throws IOException {
        for (Shared one : shared) {
            if (one.source instanceof ReportedConnectionsListener remoteListener) {
                remoteListener.closeReal();
            }
        }
    }

    /// True for a socket that the workers serve.
    boolean isShared(Pollable source) {
        return shared.stream().anyMatch(one -> one.source.equals(source));
    }
}
