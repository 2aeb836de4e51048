package dev.polyserve.linux.supervisor;

import dev.polyserve.Endpoint;
import dev.polyserve.io.SocketProvider.Place;
import dev.polyserve.linux.control.WorkerCommand;
import java.util.ArrayList;
import java.util.List;

/// Matches each opened socket to the endpoint of the server that it is for.
///
/// Different endpoints can lead to the same place: a host name and one of its addresses, both with port 0. Sockets are
/// opened in the order of the endpoints, so each socket is the one of the first endpoint that leads to its place and has
/// no socket there yet.
///
/// **Thread**: the owner's.
final class SocketEndpointMatcher {
    private static final int ANY = 0;

    private final List<Requested> requests = new ArrayList<>();
    private int endpoints;

    /// One place to which an endpoint leads, and whether it has a socket.
    private static final class Requested {
        final int index;
        final Endpoint asked;
        final Place place;
        boolean opened;

        Requested(int index, Endpoint asked, Place place) {
            this.index = index;
            this.asked = asked;
            this.place = place;
        }
    }

    /// A socket of an endpoint.
    ///
    /// @param index which endpoint it was opened for, in the order in which they were noted
    /// @param asked the endpoint for which it was opened
    /// @param withdraw makes its place free for another attempt
    record Use(int index, Endpoint asked, Runnable withdraw) {
        /// The description of the socket for the workers.
        WorkerCommand.Slot slot(Endpoint real) {
            return new WorkerCommand.Slot(index, asked.toString(), real.toString());
        }
    }

    /// Records the places to which an endpoint leads, and returns them.
    List<Place> note(Endpoint endpoint, List<Place> places) {
        int index = endpoints++;
        places.forEach(place -> requests.add(new Requested(index, endpoint, place)));
        return places;
    }

    /// Assigns a socket that was opened at a place. Its port may have been chosen since the place was noted. A place that
    /// no endpoint leads to is its own endpoint.
    Use use(Endpoint place) {
        Place opened = new Place(place, place.datagram());
        for (Requested requested : requests) {
            if (!requested.opened && leadsTo(requested.place, opened)) {
                requested.opened = true;
                return new Use(requested.index, requested.asked, () -> requested.opened = false);
            }
        }
        return new Use(endpoints++, place, () -> {
        });
    }

    private static boolean leadsTo(Place noted, Place opened) {
        Endpoint endpoint = noted.endpoint();
        return endpoint.equals(opened.endpoint())
                || (noted.port() == ANY && endpoint.equals(opened.withPort(ANY).endpoint()));
    }
}
