package dev.polyserve.bench.load;

import dev.polyserve.bench.service.WorkRequest;

/// What the clients of one contender do.
public sealed interface ClientTraffic {
    /// The size of a request and of its reply.
    int requestBytes();

    /// The fewest bytes that a request of this kind can have.
    int fewestBytes();

    /// How many connections there are beside those that were asked for.
    default int connectionsBeside() {
        return 0;
    }

    /// Requests on connections that stay.
    record Exchanges(int requestBytes) implements ClientTraffic {
        @Override
        public int fewestBytes() {
            return 1;
        }
    }

    /// Requests that say how long the server shall wait, and how much it shall compute.
    ///
    /// @param waitMicros how long each waits
    /// @param multiplications the length of the chain that each computes
    record Work(int requestBytes, int waitMicros, long multiplications) implements ClientTraffic {
        @Override
        public int fewestBytes() {
            return WorkRequest.HEADER_BYTES;
        }
    }

    /// Light requests, which compute nothing, on the connections that were asked for; beside them a few that have one heavy
    /// request under way at any time, whatever the pacing.
    ///
    /// @param heavy connections beside the others
    /// @param heavyMultiplications the length of the chain that each of their requests computes
    record Mixed(int requestBytes, int heavy, long heavyMultiplications) implements ClientTraffic {
        @Override
        public int fewestBytes() {
            return WorkRequest.HEADER_BYTES;
        }

        @Override
        public int connectionsBeside() {
            return heavy;
        }
    }

    /// A connection for each request.
    record Churn(int requestBytes) implements ClientTraffic {
        @Override
        public int fewestBytes() {
            return 1;
        }
    }

    /// Requests on a few of many connections.
    ///
    /// @param active how many of the connections are used
    record MostlyIdle(int requestBytes, int active) implements ClientTraffic {
        @Override
        public int fewestBytes() {
            return 1;
        }
    }

    /// Requests while some other clients send without reading.
    ///
    /// @param slow how many do so
    record SlowReaders(int requestBytes, int slow) implements ClientTraffic {
        @Override
        public int fewestBytes() {
            return 1;
        }
    }

    /// One client's messages, which all receive; a request is one delivery.
    record Broadcast(int requestBytes) implements ClientTraffic {
        @Override
        public int fewestBytes() {
            return 1;
        }
    }

    /// Datagrams, each answered by one.
    record Datagrams(int requestBytes) implements ClientTraffic {
        @Override
        public int fewestBytes() {
            return Long.BYTES;
        }
    }
}
