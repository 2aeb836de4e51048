package dev.polyserve;

import java.util.Map;

/// A server's counters at one moment: [Server#stats]. Made by the library, which may count more in a later version.
public interface ServerStats {
    /// Connections now open, those waiting in a queue included.
    long active();

    /// Connections accepted since the start.
    long accepted();

    /// Of the accepted connections, those turned away before a handler began.
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

    /// Worker processes that were started in the place of others which had ended unasked.
    long workerRestarts();

    /// How often each limit was reached, those never reached left out.
    Map<Limit, Long> reached();
}
