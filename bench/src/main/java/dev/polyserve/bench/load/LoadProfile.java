package dev.polyserve.bench.load;

/// The traffic of one contender's clients.
public sealed interface LoadProfile {
    /// The size of a request, and of its reply.
    int requestBytes();

    /// The number of connections in addition to the configured ones.
    default int extraConnections() {
        return 0;
    }

    /// Requests on persistent connections.
    record Exchanges(int requestBytes) implements LoadProfile {}

    /// Requests that tell the server how long to wait and how much to compute.
    ///
    /// @param waitMicros waiting time of each request
    /// @param multiplications length of the chain that each request computes
    record Work(int requestBytes, int waitMicros, long multiplications) implements LoadProfile {}

    /// Light requests without computing, on the configured connections, together with a few extra connections that
    /// always have one heavy request outstanding, whatever the pacing.
    ///
    /// @param heavy number of extra connections
    /// @param heavyMultiplications length of the chain that each heavy request computes
    record Mixed(int requestBytes, int heavy, long heavyMultiplications) implements LoadProfile {
        @Override
        public int extraConnections() {
            return heavy;
        }
    }

    /// One connection per request.
    record Churn(int requestBytes) implements LoadProfile {}

    /// Requests on a few of many connections.
    ///
    /// @param active number of connections in use
    record MostlyIdle(int requestBytes, int active) implements LoadProfile {}

    /// Requests while some other clients send without reading.
    ///
    /// @param slow number of clients that do not read
    record SlowReaders(int requestBytes, int slow) implements LoadProfile {}

    /// One client sends messages that all clients receive; each delivery counts as a request.
    record Broadcast(int requestBytes) implements LoadProfile {}

    /// Datagrams, each answered by one datagram.
    record Datagrams(int requestBytes) implements LoadProfile {}
}
