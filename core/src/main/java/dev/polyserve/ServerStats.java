package dev.polyserve;

import java.util.Map;

/// A server's counters at one moment.
///
/// @param active connections now open, those waiting in a queue included
/// @param accepted connections accepted since the start
/// @param rejected of these, turned away before a handler began
/// @param failed handlers that threw, datagrams included
/// @param acceptErrors failed attempts to accept
/// @param datagramsIn datagrams received
/// @param datagramsOut datagrams sent
/// @param bytesIn bytes received on connections that are over
/// @param bytesOut bytes sent on connections that are over
/// @param bufferedBytes bytes that buffers occupy now
/// @param workerRestarts worker processes that were started in the place of others which had ended unasked
/// @param reached how often each limit was reached, those never reached left out
public record ServerStats(long active, long accepted, long rejected, long failed, long acceptErrors, long datagramsIn,
        long datagramsOut, long bytesIn, long bytesOut, long bufferedBytes, long workerRestarts,
        Map<Limit, Long> reached) {
    /// Keeps its own copy of the map.
    public ServerStats {
        reached = Map.copyOf(reached);
    }
}
