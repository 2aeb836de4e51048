package dev.polyserve.linux.socket;

import dev.polyserve.Endpoint;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Open sockets that are served instead of bound anew: those that the process has inherited, and those that it got for certain
/// endpoints.
///
/// **Thread**: any.
public final class PreopenedSockets {
    private static final PreopenedSockets OF_THIS_PROCESS = new PreopenedSockets();

    private final Map<Endpoint, Deque<Given>> byEndpoint = new HashMap<>();
    private final Map<String, List<Integer>> byName = new LinkedHashMap<>();

    /// None yet.
    public PreopenedSockets() {}

    /// Those that every server of this process finds.
    public static PreopenedSockets ofThisProcess() {
        return OF_THIS_PROCESS;
    }

    /// An open socket.
    ///
    /// @param descriptor its number, which belongs to whoever serves it from then on
    /// @param ownsFile whether the file of a Unix socket is removed when that one closes it: not if others go on serving it
    /// @param real where it is, as the program says that has bound it; empty: as the system says
    public record Given(int descriptor, boolean ownsFile, Optional<Endpoint> real) {
        /// One of which only the system says where it is.
        public Given(int descriptor, boolean ownsFile) {
            this(descriptor, ownsFile, Optional.empty());
        }
    }

    /// The next server that listens at this endpoint, written exactly so, serves this socket; of several, the first.
    public synchronized void give(Endpoint endpoint, Given socket) {
        byEndpoint.computeIfAbsent(endpoint, _ -> new ArrayDeque<>()).add(socket);
    }

    /// `fd:NAME` means this descriptor, besides those that had the name before.
    public synchronized void name(String name, int descriptor) {
        byName.computeIfAbsent(name, _ -> new ArrayList<>()).add(descriptor);
    }

    /// Whether there is a socket for an endpoint that could also be bound.
    public synchronized boolean has(Endpoint endpoint) {
        Deque<Given> sockets = byEndpoint.get(endpoint);
        return sockets != null && !sockets.isEmpty();
    }

    /// How many there are for an endpoint whose host is a name: one for each address that it had when they were bound.
    synchronized int count(Endpoint endpoint) {
        Deque<Given> sockets = byEndpoint.get(endpoint);
        return sockets == null ? 0 : sockets.size();
    }

    /// The descriptors of a name, in the order in which they were named, or the one with that number.
    public synchronized List<Integer> numbers(Endpoint.Inherited inherited) {
        List<Integer> named = byName.get(inherited.name());
        return named == null ? number(inherited).stream().toList() : List.copyOf(named);
    }

    /// The socket of an endpoint, which is then the caller's.
    synchronized Optional<Given> take(Endpoint endpoint) {
        if (endpoint instanceof Endpoint.Inherited inherited) {
            return number(inherited).map(number -> new Given(number, false));
        }
        Deque<Given> sockets = byEndpoint.get(endpoint);
        return sockets == null ? Optional.empty() : Optional.ofNullable(sockets.poll());
    }

    private static Optional<Integer> number(Endpoint.Inherited inherited) {
        boolean isNumber = inherited.name().matches("[0-9]{1,9}");
        return isNumber ? Optional.of(Integer.valueOf(inherited.name())) : Optional.empty();
    }
}
