package dev.polyserve.cli.control;

import dev.polyserve.Server;

/// The connections that were accepted and wait for a thread to serve them, as in a `thread-pool` whose threads are all taken.
final class ThreadQueue {
    private ThreadQueue() {}

    /// How many there are.
    static long waiting(Server server) {
        return server.connections().stream().filter(open -> !open.isRunning() && !open.isDone()).count();
    }
}
