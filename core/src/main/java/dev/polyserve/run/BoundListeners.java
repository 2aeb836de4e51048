package dev.polyserve.run;

import java.util.ArrayList;
import java.util.List;

/// The listeners and datagram ports of a server, armed and closed together.
///
/// **Thread**: the binding thread until the server is bound; then the accept loop's, except [#closePorts].
final class BoundListeners {
    private final List<Acceptor> acceptors = new ArrayList<>();
    private final List<DatagramReceiver> ports = new ArrayList<>();

    void add(Acceptor acceptor) {
        acceptors.add(acceptor);
    }

    void add(DatagramReceiver port) {
        ports.add(port);
    }

    /// Makes each listener and port apply the current accept policy.
    void arm() {
        acceptors.forEach(Acceptor::arm);
        ports.forEach(DatagramReceiver::arm);
    }

    /// Makes the ports stop receiving once the accept policy allows nothing more. Received datagrams may still be
    /// answered.
    void stopReceiving() {
        ports.forEach(DatagramReceiver::arm);
    }

    /// @param mayServe whether connections accepted in advance are served
    void closeListeners(boolean mayServe) {
        acceptors.forEach(acceptor -> acceptor.close(mayServe));
    }

    void closePorts() {
        ports.forEach(DatagramReceiver::close);
    }

    /// Whether any listener or port is still open.
    boolean isAnyOpen() {
        return !ports.isEmpty() || acceptors.stream().anyMatch(acceptor -> acceptor.listener().isOpen());
    }
}
