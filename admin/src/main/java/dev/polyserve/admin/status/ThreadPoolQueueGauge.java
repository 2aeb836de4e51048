package dev.polyserve.admin.status;

import dev.polyserve.Server;

/// The number of accepted connections that wait for a thread of a `thread-pool`.
///
/// **Thread**: any.
public final class ThreadPoolQueueGauge {
    private ThreadPoolQueueGauge() {}

    /// The number of waiting connections.
    public static long waiting(Server server) {
        return server.connections().stream().filter(open -> !open.isRunning() && !open.isDone()).count();
    }
}
