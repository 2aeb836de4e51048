package dev.polyserve.cli.control;

import dev.polyserve.Server;

/// Counts the accepted connections that wait for a thread, as in a `thread-pool` without an idle thread.
final class ExecutorQueueLength {
    private ExecutorQueueLength() {}

    /// The number of waiting connections.
    static long waiting(Server server) {
        return server.connections().stream().filter(open -> !open.isRunning() && !open.isDone()).count();
    }
}
