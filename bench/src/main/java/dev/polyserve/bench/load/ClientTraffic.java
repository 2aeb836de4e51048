package dev.polyserve.bench.load;

import dev.polyserve.bench.service.WorkRequest;

/// The traffic of one contender's clients.
public sealed interface ClientTraffic {
    /// The size of a request, and of its reply.
    int requestBytes();

    /// The minimum size of a request of this kind.
    int minBytes();

    /// The number of connections in addition to the configured ones.
    default int extraConnections() {
        return 0;
    }

    /// Requests on persistent connections.
    record Exchanges(int requestBytes) implements ClientTraffic {
        @Override
        public int minBytes() {
            return 1;
        }
    }

    /// Requests that tell the server how long to wait and how much to compute.
    ///
    /// @param waitMicros waiting time of each request
    /// @param multiplications length of the chain that each request computes
    record Work(int requestBytes, int waitMicros, long multiplications) implements ClientTraffic {
        @Override
        public int minBytes() {
            return WorkRequest.HEADER_BYTES;
        }
    }

    /// Light requests without computing, on the configured connections, together with a few extra connections that
    /// always have one heavy request outstanding, whatever the pacing.
    ///
    /// @param heavy number of extra connections
    /// @param heavyMultiplications length of the chain that each heavy request computes
    record Mixed(int requestBytes, int heavy, long heavyMultiplications) implements ClientTraffic {
        @Override
        public int minBytes() {
            return WorkRequest.HEADER_BYTES;
        }

        @Override
        public int extraConnections() {
            return heavy;
        }
    }

    /// One connection per request.
    record Churn(int requestBytes) implements ClientTraffic {
        @Override
        public int minBytes() {
            return 1;
        }
    }

    /// Requests on a few of many connections.
    ///
    /// @param active number of connections in use
    record MostlyIdle(int requestBytes, int active) implements ClientTraffic {
        @Override
        public int minBytes() {
            return 1;
        }
    }

    /// Requests while some other clients send without reading.
    ///
    /// @param slow number of clients that do not read
    record SlowReaders(int requestBytes, int slow) implements ClientTraffic {
        @Override
        public int minBytes() {
            return 1;
        }
    }

    /// One client sends messages that all clients receive; each delivery counts as a request.
    record Broadcast(int requestBytes) implements ClientTraffic {
        @Override
        public int minBytes() {
            return 1;
        }
    }

    /// Datagrams, each answered by one datagram.
    record Datagrams(int requestBytes) implements ClientTraffic {
        @Override
        public int minBytes() {
            return Long.BYTES;
        }
    }
}
