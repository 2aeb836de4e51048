package dev.polyserve.linux.worker;

import java.util.Optional;

/// How many workers there are to be, and what becomes of what they tell. The two process models differ in this.
///
/// **Thread**: the supervisor's loop.
interface ScalingPolicy {
    /// How many workers there are to be now, those that are starting included.
    ///
    /// @param workerPool those there are
    int wanted(WorkerPool workerPool);

    /// Whether this one may be told to end now, with what it serves.
    boolean mayLeave(Worker worker);

    /// What a new worker is to serve.
    WorkerCommand.Serve workerMain();

    /// The limits of a new worker, where they are others than those with which its program comes to the start.
    Optional<WorkerCommand.ChangeLimits> limits();

    /// The listeners that go with that.
    int[] listeners();

    /// A worker serves.
    void ready(Worker worker);

    /// A worker has done what it was told about accepting, serves one less, or is gone.
    void changed();

    /// A worker has told something about a connection or datagram that it did not get from here.
    void told(Worker worker, WorkerEvent event);

    /// No worker will ever serve, for this reason: the server must not look alive.
    void hopeless(String why);
}
