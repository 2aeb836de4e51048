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

/// Open sockets to serve instead of binding: the sockets that the process has inherited, and those given for certain
/// endpoints.
///
/// **Thread**: any.
public final class PreopenedSockets {
    private static final PreopenedSockets OF_THIS_PROCESS = new PreopenedSockets();

    private final Map<Endpoint, Waiting> byEndpoint = new HashMap<>();
    private final Map<String, List<Integer>> byName = new LinkedHashMap<>();

    /// Creates an empty set.
    public PreopenedSockets() {}

    /// Returns the sockets available to every server of this process.
    public static PreopenedSockets ofThisProcess() {
        return OF_THIS_PROCESS;
    }

    /// An open socket.
    ///
    /// @param descriptor its number; the server that takes the socket owns it
    /// @param ownsFile true when that server removes the file of a Unix socket on close; false when other processes
    /// continue to serve it
    /// @param real the endpoint, as reported by the program that has bound it; empty: as reported by the system
    public record Given(int descriptor, boolean ownsFile, Optional<Endpoint> real) {
        /// Creates a socket with the endpoint that the system reports.
        public Given(int descriptor, boolean ownsFile) {
            this(descriptor, ownsFile, Optional.empty());
        }
    }

    /// The sockets of one endpoint that were not taken.
    private static final class Waiting {
        final Deque<Given> sockets = new ArrayDeque<>();
        /// How many of them belong together, for each time that the endpoint is listed.
        final Deque<Integer> counts = new ArrayDeque<>();
    }

    /// Gives sockets to the next server that listens at exactly this endpoint: those that a server opens for it when it is
    /// listed once, several for a host name with several addresses. They are taken in order.
    public synchronized void give(Endpoint endpoint, List<Given> sockets) {
        Waiting waiting = byEndpoint.computeIfAbsent(endpoint, _ -> new Waiting());
        waiting.sockets.addAll(sockets);
        waiting.counts.add(sockets.size());
    }

    /// Adds a descriptor to the name that `fd:NAME` refers to.
    public synchronized void name(String name, int descriptor) {
        byName.computeIfAbsent(name, _ -> new ArrayList<>()).add(descriptor);
    }

    /// Returns true when a socket was given for an endpoint that could also be bound.
    public synchronized boolean has(Endpoint endpoint) {
        Waiting waiting = byEndpoint.get(endpoint);
        return waiting != null && !waiting.sockets.isEmpty();
    }

    /// Returns the number of sockets for an endpoint with a host name: one for each address that the name had when they
    /// were bound. A server that lists the endpoint twice calls this twice, before it takes any of them. 0 when there are
    /// none.
    synchronized int nextCount(Endpoint endpoint) {
        Waiting waiting = byEndpoint.get(endpoint);
        Integer count = waiting == null ? null : waiting.counts.poll();
        return count == null ? 0 : count;
    }

    /// Returns the descriptors of a name, in the order in which they were added, or the descriptor with that number.
    public synchronized List<Integer> numbers(Endpoint.Inherited inherited) {
        List<Integer> named = byName.get(inherited.name());
        return named == null ? number(inherited).stream().toList() : List.copyOf(named);
    }

    /// Takes the socket of an endpoint; the caller then owns it.
    synchronized Optional<Given> take(Endpoint endpoint) {
        if (endpoint instanceof Endpoint.Inherited inherited) {
            return number(inherited).map(number -> new Given(number, false));
        }
        Waiting waiting = byEndpoint.get(endpoint);
        return waiting == null ? Optional.empty() : Optional.ofNullable(waiting.sockets.poll());
    }

    private static Optional<Integer> number(Endpoint.Inherited inherited) {
        boolean isNumber = inherited.name().matches("[0-9]{1,9}");
        return isNumber ? Optional.of(Integer.valueOf(inherited.name())) : Optional.empty();
    }
}
