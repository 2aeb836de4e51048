package dev.polyserve.linux.supervisor;

import dev.polyserve.linux.control.WorkerEventMessage;
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
    void told(Worker worker, WorkerEventMessage event) {
        switch (event) {
            case WorkerEventMessage.LimitReached reached -> listener.limitReached(reached.limit());
            case WorkerEventMessage.AcceptFailed failed -> listener.acceptFailed(endpoints.apply(failed.slot()),
                    new AcceptException(AcceptException.Concerned.PROCESS, failed.failure().asThrowable(),
                            failed.reason()),
                    Duration.ofNanos(failed.retryAfterNanos()));
            case WorkerEventMessage.ListenerDown down ->
                // Only the worker's copy is lost, not the listener: another worker serves it.
                listener.acceptFailed(endpoints.apply(down.slot()), down.failure().asThrowable(), Duration.ZERO);
            case WorkerEventMessage.DatagramFailed failed ->
                listener.datagramFailed(endpoints.apply(failed.slot()), failed.peer(),
                        failed.failure().asThrowable());
            case WorkerEventMessage.LoopStalled stalled -> listener.stalled(stalled.loop() + " of " + worker,
                    Duration.ofNanos(stalled.nanos()), Optional.<ConnectionInfo>empty(),
                    List.of(stalled.stack().elements()));
            case WorkerEventMessage.Ready _, WorkerEventMessage.ConnectionTaken _, WorkerEventMessage.ConnectionAccepted _, WorkerEventMessage.HandlerStarted _, WorkerEventMessage.HandlerFailed _, WorkerEventMessage.ConnectionRejected _, WorkerEventMessage.ConnectionClosed _, WorkerEventMessage.DatagramAnswered _, WorkerEventMessage.CommandAcknowledged _, WorkerEventMessage.RequestHandled _, WorkerEventMessage.EndRequested _, WorkerEventMessage.Heartbeat _, WorkerEventMessage.TlsChecked _, WorkerEventMessage.ThreadDump _ ->
                throw new IllegalArgumentException("not to be told on: " + event);
        }
    }
}
