package dev.polyserve.admin.status;

import dev.polyserve.Server;

/// Counts the accepted connections that wait for a thread, as in a `thread-pool` without an idle thread.
///
/// **Thread**: any.
public final class ThreadQueue {
    private ThreadQueue() {}

    /// The number of waiting connections.
    public static long waiting(Server server) {
        return server.connections().stream().filter(open -> !open.isRunning() && !open.isDone()).count();
    }
}
