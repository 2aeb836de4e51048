package dev.polyserve.cli.proxy;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/// Counts the connections of clients to one upstream.
///
/// ```
///   chosen ─▶ connected ─▶ ended
///      └────▶ not connected
/// ```
///
/// **Thread**: any, several at once.
final class UpstreamCounters {
    private final AtomicInteger open = new AtomicInteger();
    private final LongAdder connected = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();

    /// A client is to be connected to it: it counts from now on, so that the next one may be given another upstream.
    void chosen() {
        open.incrementAndGet();
    }

    /// The client is connected.
    void connected() {
        connected.increment();
    }

    /// The client is not connected.
    ///
    /// @param refused whether the upstream was the reason
    void notConnected(boolean refused) {
        open.decrementAndGet();
        if (refused) {
            failed.increment();
        }
    }

    /// The connection has ended.
    void ended(ConnectionInfo upstream) {
        open.decrementAndGet();
        bytesOut.add(upstream.bytesOut());
        bytesIn.add(upstream.bytesIn());
    }

    /// Connections now, with those that are not connected yet.
    int open() {
        return open.get();
    }

    /// What was counted so far.
    UpstreamStatus status(Endpoint endpoint, boolean up) {
        return new UpstreamStatus(endpoint, up, open.get(), connected.sum(), failed.sum(), bytesOut.sum(),
                bytesIn.sum());
    }
}
