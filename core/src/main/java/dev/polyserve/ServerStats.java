package dev.polyserve;

import java.util.Map;

/// A server's counters at one moment: [Server#stats]. Implemented by the library, which may add counters in a later
/// version.
public interface ServerStats {
    /// Connections now open, including those that wait in a queue.
    long active();

    /// Connections accepted since the start.
    long accepted();

    /// Accepted connections that were rejected before a handler began.
    long rejected();

    /// Handlers that threw, datagrams included.
    long failed();

    /// Failed attempts to accept.
    long acceptErrors();

    /// Datagrams received.
    long datagramsIn();

    /// Datagrams sent.
    long datagramsOut();

    /// Bytes received on connections that are over.
    long bytesIn();

    /// Bytes sent on connections that are over.
    long bytesOut();

    /// Bytes that buffers occupy now.
    long bufferedBytes();

    /// Worker processes started to replace others that ended unexpectedly, or at a signal.
    long workerRestarts();

    /// How often another thread has taken over an event loop whose thread a handler's code occupied, or has run such code
    /// beside the loop, because the handler took long before.
    long handOffs();

    /// How often each limit was reached; limits never reached are absent.
    Map<Limit, Long> reached();
}
