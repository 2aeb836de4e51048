package dev.polyserve.linux.supervisor;

import dev.polyserve.linux.control.WorkerEvent;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.ServerListener;
import dev.polyserve.io.AcceptException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/// Forwards events of the workers to the server's listener.
///
/// @param listener the server's listener
/// @param endpoints the endpoint of each slot
record WorkerEventDispatcher(ServerListener listener, IntFunction<Endpoint> endpoints) {
    /// Forwards an event that does not concern a connection of the supervisor's.
    void told(Worker worker, WorkerEvent event) {
        switch (event) {
            case WorkerEvent.LimitReached reached -> listener.limitReached(reached.limit());
            case WorkerEvent.AcceptFailed failed -> listener.acceptFailed(endpoints.apply(failed.slot()),
                    new AcceptException(AcceptException.Concerned.PROCESS, failed.failure().asThrowable(),
                            failed.reason()),
                    Duration.ofNanos(failed.retryAfterNanos()));
            case WorkerEvent.ListenerDown down ->
                // Only the worker's copy is lost, not the listener: another worker serves it.
                listener.acceptFailed(endpoints.apply(down.slot()), down.failure().asThrowable(), Duration.ZERO);
            case WorkerEvent.DatagramFailed failed ->
                listener.datagramFailed(endpoints.apply(failed.slot()), failed.peer(),
                        failed.failure().asThrowable());
            case WorkerEvent.LoopStalled stalled -> listener.stalled(stalled.loop() + " of " + worker,
                    Duration.ofNanos(stalled.nanos()), Optional.<ConnectionInfo>empty(),
                    List.of(stalled.stack().elements()));
            case WorkerEvent.Ready _, WorkerEvent.ConnectionTaken _, WorkerEvent.ConnectionAccepted _, WorkerEvent.HandlerStarted _, WorkerEvent.HandlerFailed _, WorkerEvent.ConnectionRejected _, WorkerEvent.ConnectionClosed _, WorkerEvent.DatagramAnswered _, WorkerEvent.CommandAcknowledged _, WorkerEvent.RequestHandled _, WorkerEvent.EndRequested _, WorkerEvent.Heartbeat _, WorkerEvent.TlsChecked _, WorkerEvent.ThreadDump _ ->
                throw new IllegalArgumentException("not to be told on: " + event);
        }
    }
}
