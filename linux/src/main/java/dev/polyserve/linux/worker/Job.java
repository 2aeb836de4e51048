package dev.polyserve.linux.worker;

/// Something for which a worker of its own is wanted: a connection or a datagram.
///
/// **Thread**: the supervisor's loop.
interface Job {
    /// Sends it to a worker that has nothing else to do.
    void assign(Worker worker);

    /// Whether nobody waits for it any more.
    boolean isOver();
}
