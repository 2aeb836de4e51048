package dev.polyserve.linux.supervisor;

/// A connection or a datagram that waits for a worker of its own.
///
/// **Thread**: the supervisor's loop.
interface PendingWorkerAssignment {
    /// Sends the item to an idle worker.
    void assign(Worker worker);

    /// True when the result is no longer needed.
    boolean isOver();
}
