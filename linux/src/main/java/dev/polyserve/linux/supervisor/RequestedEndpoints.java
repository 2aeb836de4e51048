package dev.polyserve.linux.supervisor;

import dev.polyserve.Endpoint;
import dev.polyserve.io.SocketProvider.Place;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Maps each place to the endpoint that was requested for it.
///
/// **Thread**: the owner's.
final class RequestedEndpoints {
    private static final int ANY = 0;

    private final Map<Endpoint, Endpoint> asked = new HashMap<>();

    /// Records the places to which an endpoint leads, and returns them.
    List<Place> note(Endpoint endpoint, List<Place> places) {
        places.forEach(place -> asked.put(place.withPort(ANY).endpoint(), endpoint));
        return places;
    }

    /// The requested endpoint that led to a place; otherwise the place itself. The place's port may have been chosen
    /// since.
    Endpoint of(Endpoint place) {
        return asked.getOrDefault(new Place(place, false).withPort(ANY).endpoint(), place);
    }
}
