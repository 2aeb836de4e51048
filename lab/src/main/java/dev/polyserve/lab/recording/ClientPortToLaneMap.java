package dev.polyserve.lab.recording;

import dev.polyserve.lab.recording.LabEvent.Lane;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Maps the ports of clients' connections to their lanes: the events of a server name the port only.
///
/// **Thread**: any.
public final class ClientPortToLaneMap {
    private final Map<Peer, List<Begun>> known = new ConcurrentHashMap<>();

    /// Numbers without connections.
    public ClientPortToLaneMap() {}

    /// A connection is about to be made from a port.
    ///
    /// @param micros when
    public void begins(int port, Lane lane, long micros) {
        known.compute(new Peer(lane.server(), port), (_, before) -> {
            List<Begun> all = before == null ? new ArrayList<>() : new ArrayList<>(before);
            all.add(new Begun(micros, lane));
            return List.copyOf(all);
        });
    }

    /// Whose connection had a port at a time; empty if it is not one of a client, as a probe.
    public Optional<Lane> at(int server, int port, long micros) {
        List<Begun> all = known.getOrDefault(new Peer(server, port), List.of());
        return all.reversed().stream().filter(one -> one.micros() <= micros).findFirst().map(Begun::lane);
    }

    private record Peer(int server, int port) {}

    private record Begun(long micros, Lane lane) {}
}
