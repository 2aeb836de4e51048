package dev.polyserve.tls;

import dev.polyserve.stats.HandshakeOutcome;
import java.util.concurrent.RejectedExecutionException;

/// Limits and counts the TLS handshakes of a server, and runs their computing beside the event loops.
///
/// **Thread**: any.
public interface TlsHandshakeLimiter {
    /// Counts one more as under way, if there is room.
    ///
    /// @param whenRoom called otherwise, once, when it counts; on any thread
    /// @return whether it counts now
    boolean enter(Runnable whenRoom);

    /// It does not count any more, or waits no more for room.
    ///
    /// @param whenRoom the task of [#enter]
    void withdraw(Runnable whenRoom);

    /// Records that a handshake is over.
    ///
    /// @param nanos how long it took
    void ended(HandshakeOutcome how, long nanos);

    /// Runs a task beside the loops.
    ///
    /// @throws RejectedExecutionException when the server has stopped
    void compute(Runnable task);
}
