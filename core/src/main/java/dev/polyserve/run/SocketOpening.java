package dev.polyserve.run;

import dev.polyserve.Endpoint;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.io.BindFailedException;
import dev.polyserve.io.DatagramPort;
import dev.polyserve.io.Listener;
import dev.polyserve.io.SocketProvider;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// Opens the sockets of a server's endpoints: all of them, or none.
///
/// A name may have several addresses, each with a socket of its own. Port 0 selects one common port for all of them, if
/// there is one.
///
/// **Thread**: the one that binds the server.
final class SocketOpening {
    private static final int ATTEMPTS = 16;

    private final ServerProvider.Setup setup;
    private final SocketProvider socketProvider;

    private SocketOpening(ServerProvider.Setup setup, SocketProvider socketProvider) {
        this.setup = setup;
        this.socketProvider = socketProvider;
    }

    sealed interface Opened {
        Endpoint endpoint();

        void close() throws IOException;

        /// A listener.
        ///
        /// @param asked the endpoint that the server was given; the listener has the real one
        record Stream(Listener listener, Endpoint asked) implements Opened {
            @Override
            public Endpoint endpoint() {
                return listener.endpoint();
            }

            @Override
            public void close() throws IOException {
                listener.close();
            }
        }

        /// A datagram port.
        ///
        /// @param port the port, which has the real endpoint
        /// @param asked the endpoint that the server was given
        record Datagrams(DatagramPort port, Endpoint asked) implements Opened {
            @Override
            public Endpoint endpoint() {
                return port.endpoint();
            }

            @Override
            public void close() throws IOException {
                port.close();
            }
        }
    }

    /// Opens the sockets of the setup, in the order of its endpoints.
    ///
    /// @throws IOException with a one-sentence message that names the endpoint; then none is open
    static List<Opened> of(ServerProvider.Setup setup, SocketProvider socketProvider) throws IOException {
        SocketOpening opening = new SocketOpening(setup, socketProvider);
        List<List<SocketProvider.Place>> places = BindTargets.of(setup, socketProvider);
        List<Opened> opened = new ArrayList<>();
        try {
            for (int i = 0; i < places.size(); i++) {
                opened.addAll(opening.openAll(setup.endpoints().get(i), places.get(i)));
            }
            return opened;
        } catch (IOException | RuntimeException | Error e) {
            opening.withdraw(opened, e);
            throw e;
        }
    }

    private List<Opened> openAll(Endpoint asked, List<SocketProvider.Place> places) throws IOException {
        boolean anyPort = places.size() > 1 && places.getFirst().port() == 0;
        // Sockets that another program has opened share one endpoint, and already have their ports.
        boolean differ = places.stream().distinct().count() == places.size();
        for (int left = anyPort && differ ? ATTEMPTS : 0; left > 0; left--) {
            List<Opened> opened = new ArrayList<>();
            try {
                opened.add(open(asked, places.getFirst()));
                int port = BindTargets.port(List.of(opened.getFirst().endpoint()));
                for (SocketProvider.Place other : places.subList(1, places.size())) {
                    opened.add(open(asked, other.withPort(port)));
                }
                return opened;
            } catch (BindFailedException e) {
                // The port is in use at one of the addresses: another one may be free at all of them.
                withdraw(opened, e);
            }
        }
        return openEach(asked, places);
    }

    private List<Opened> openEach(Endpoint asked, List<SocketProvider.Place> places) throws IOException {
        List<Opened> opened = new ArrayList<>();
        for (SocketProvider.Place place : places) {
            try {
                opened.add(open(asked, place));
            } catch (BindFailedException e) {
                withdraw(opened, e);
                throw places.size() == 1
                        ? e
                        : new BindFailedException(asked,
                                "at " + place.endpoint() + ", one of its addresses, " + e.why(),
                                e);
            } catch (IOException | RuntimeException | Error e) {
                withdraw(opened, e);
                throw e;
            }
        }
        return opened;
    }

    private Opened open(Endpoint asked, SocketProvider.Place place) throws IOException {
        return place.datagram()
                ? new Opened.Datagrams(socketProvider.bind(place.endpoint(), setup.options().sockets()), asked)
                : new Opened.Stream(socketProvider.listen(place.endpoint(), setup.options().sockets()), asked);
    }

    private void withdraw(List<Opened> opened, Throwable why) {
        close(opened, why);
        opened.forEach(each -> socketProvider.withdraw(each.endpoint()));
    }

    /// Closes sockets that are not used after all.
    ///
    /// @param why the exception to which failures are added as suppressed
    static void close(Collection<Opened> opened, Throwable why) {
        for (Opened each : opened) {
            try {
                each.close();
            } catch (IOException e) {
                why.addSuppressed(e);
            }
        }
    }
}
