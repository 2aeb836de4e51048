package dev.polyserve.linux.worker;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.ServerListener;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/// Tells the server's listeners what has happened in its workers.
///
/// @param listener who is told
/// @param endpoints where each slot is
record Retelling(ServerListener listener, IntFunction<Endpoint> endpoints) {
    /// Something that is not about a connection of the supervisor's.
    void told(Worker worker, Report report) {
        switch (report) {
            case Report.Reached reached -> listener.limitReached(reached.limit());
            case Report.AcceptFailed failed -> listener.acceptFailed(endpoints.apply(failed.slot()),
                    failed.failure().asThrowable(), Duration.ofNanos(failed.retryAfterNanos()));
            case Report.ListenerDown down ->
                // The worker's copy, not the listener: another worker serves it.
                listener.acceptFailed(endpoints.apply(down.slot()), down.failure().asThrowable(), Duration.ZERO);
            case Report.DatagramFailed failed -> listener.datagramFailed(endpoints.apply(failed.slot()), failed.peer(),
                    failed.failure().asThrowable());
            case Report.Stalled stalled -> listener.stalled(stalled.loop() + " of " + worker,
                    Duration.ofNanos(stalled.nanos()), Optional.<ConnectionInfo>empty(),
                    List.of(stalled.stack().elements()));
            case Report.Ready _, Report.Taken _, Report.Came _, Report.Opened _, Report.Threw _, Report.Rejected _, Report.Over _, Report.Answered _, Report.Heeded _, Report.Handled _, Report.Beat _, Report.Dumped _ ->
                throw new IllegalArgumentException("not to be told on: " + report);
        }
    }
}
