package dev.polyserve.bench.load;

import dev.polyserve.bench.service.WorkRequest;

/// What the clients of one contender do.
public sealed interface Traffic {
    /// The size of a request and of its reply.
    int requestBytes();

    /// The fewest bytes that a request of this kind can have.
    int fewestBytes();

    /// Requests on connections that stay.
    record Exchanges(int requestBytes) implements Traffic {
        @Override
        public int fewestBytes() {
            return 1;
        }
    }

    /// Requests that say how long the server shall wait and compute.
    ///
    /// @param waitMicros how long each waits
    /// @param computeMicros how long each computes
    /// @param heavyPerThousand how many of a thousand compute longer
    /// @param heavyComputeMicros how long those compute
    record Work(int requestBytes, int waitMicros, int computeMicros, int heavyPerThousand, int heavyComputeMicros)
            implements
                Traffic {
        @Override
        public int fewestBytes() {
            return WorkRequest.HEADER_BYTES;
        }
    }

    /// A connection for each request.
    record Churn(int requestBytes) implements Traffic {
        @Override
        public int fewestBytes() {
            return 1;
        }
    }

    /// Requests on a few of many connections.
    ///
    /// @param active how many of the connections are used
    record MostlyIdle(int requestBytes, int active) implements Traffic {
        @Override
        public int fewestBytes() {
            return 1;
        }
    }

    /// Requests while some other clients send without reading.
    ///
    /// @param slow how many do so
    record SlowReaders(int requestBytes, int slow) implements Traffic {
        @Override
        public int fewestBytes() {
            return 1;
        }
    }

    /// One client's messages, which all receive; a request is one delivery.
    record Broadcast(int requestBytes) implements Traffic {
        @Override
        public int fewestBytes() {
            return 1;
        }
    }

    /// Datagrams, each answered by one.
    record Datagrams(int requestBytes) implements Traffic {
        @Override
        public int fewestBytes() {
            return Long.BYTES;
        }
    }
}
