package dev.polyserve.linux.supervisor;

import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.linux.control.WorkerEventMessage;
import java.util.Optional;

/// Decides how many workers there are to be, and handles their events. The two process models differ in this.
///
/// **Thread**: the supervisor's loop.
interface ScalingPolicy {
    /// The number of workers that there are to be now, those that are starting included.
    ///
    /// @param workerPool the present workers
    int wanted(WorkerPool workerPool);

    /// True when this worker may be sent the command to end now, with the connections that it serves.
    boolean mayLeave(Worker worker);

    /// True when the server drains: no worker is replaced any more.
    boolean isDraining();

    /// The command that assigns a new worker its sockets.
    WorkerCommand.Serve workerMain();

    /// The limits of a new worker; empty when they are those with which its program starts.
    Optional<WorkerCommand.ChangeLimits> limits();

    /// The certificates of a new worker; empty when they are those with which its program starts.
    Optional<WorkerCommand.ReplaceTls> certificates();

    /// The descriptors of the listeners that accompany the command.
    int[] listeners();

    /// Called when a worker serves.
    void ready(Worker worker);

    /// Called when a worker has acknowledged a command about accepting, serves one connection less, or has ended.
    void changed();

    /// Handles an event about a connection or datagram that the supervisor did not assign.
    void told(Worker worker, WorkerEventMessage event);

    /// Called when a worker has read certificates.
    void checked(WorkerEventMessage.TlsChecked outcome);

    /// Called when a worker could not start.
    ///
    /// @param why one sentence
    /// @return whether the start of the server fails with it, which is all that is to be said; otherwise another worker
    ///     is tried
    boolean startFailed(String why);

    /// Called when no worker will ever serve: the server must not appear alive.
    void hopeless(String why);
}
