package dev.polyserve.run;

import java.util.ArrayList;
import java.util.List;

/// Where a server's clients come in: its listeners and its datagram ports, armed and closed together.
///
/// **Thread**: whoever binds, one at a time; then the accept loop's, except [#closePorts].
final class BoundListeners {
    private final List<Acceptor> acceptors = new ArrayList<>();
    private final List<DatagramService> ports = new ArrayList<>();

    void add(Acceptor acceptor) {
        acceptors.add(acceptor);
    }

    void add(DatagramService port) {
        ports.add(port);
    }

    /// Each looks whether it may let somebody in now.
    void arm() {
        acceptors.forEach(Acceptor::arm);
        ports.forEach(DatagramService::arm);
    }

    /// Ports stop receiving when nothing is allowed any more, but what was received may still be answered.
    void stopReceiving() {
        ports.forEach(DatagramService::arm);
    }

    /// @param mayServe whether who was accepted in advance is served
    void closeListeners(boolean mayServe) {
        acceptors.forEach(acceptor -> acceptor.close(mayServe));
    }

    void closePorts() {
        ports.forEach(DatagramService::close);
    }

    /// Whether somebody may still come in somewhere.
    boolean isAnyOpen() {
        return !ports.isEmpty() || acceptors.stream().anyMatch(acceptor -> acceptor.listener().isOpen());
    }
}
