package dev.polyserve.linux.control;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Limit;
import dev.polyserve.RequestResult;
import dev.polyserve.stats.ServingProcessStats;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/// A message from a worker to its supervisor.
public sealed interface WorkerEventMessage extends WorkerMessage {
    /// The worker serves.
    record Ready() implements WorkerEventMessage {}

    /// The worker has the connection of `TakeConnection`.
    record ConnectionTaken(long id) implements WorkerEventMessage {}

    /// The worker has accepted a connection.
    ///
    /// @param id its number, assigned by this worker
    /// @param slot the slot of its listener
    record ConnectionAccepted(long id, int slot, SocketAddress peer, SocketAddress local,
            Optional<ConnectionInfo.Credentials> credentials) implements WorkerEventMessage {}

    /// A connection's handler has started.
    ///
    /// @param tls what was negotiated before
    record HandlerStarted(long id, Optional<WorkerTlsInfo> tls) implements WorkerEventMessage {
        /// That of a connection without TLS.
        public HandlerStarted(long id) {
            this(id, Optional.empty());
        }
    }

    /// A connection's handler threw.
    record HandlerFailed(long id, SerializedException failure) implements WorkerEventMessage {}

    /// A connection was rejected.
    record ConnectionRejected(long id, Optional<Limit> limit) implements WorkerEventMessage {}

    /// A connection is over.
    ///
    /// @param tls what was negotiated since its handler has started
    record ConnectionClosed(long id, Cause cause, long bytesIn, long bytesOut,
            Optional<WorkerTlsInfo> tls) implements WorkerEventMessage {
        /// That of a connection on which no TLS has begun since.
        public ConnectionClosed(long id, Cause cause, long bytesIn, long bytesOut) {
            this(id, cause, bytesIn, bytesOut, Optional.empty());
        }
    }

    /// The answer to a datagram.
    ///
    /// @param reply empty when the handler sent none
    /// @param failure the exception of the handler
    record DatagramAnswered(long id, Optional<ByteBuffer> reply,
            Optional<SerializedException> failure) implements WorkerEventMessage {}

    /// The worker accepts, or has stopped accepting, according to the last command.
    record CommandAcknowledged() implements WorkerEventMessage {}

    /// The outcome of `AcceptOne`.
    ///
    /// @param number the number of that command
    record RequestHandled(long number, RequestResult how) implements WorkerEventMessage {}

    /// A signal asks the worker to end.
    ///
    /// @param signal the signal's name without `SIG`
    record EndRequested(String signal) implements WorkerEventMessage {}

    /// The accept loop turns.
    ///
    /// @param figures what the worker has counted so far
    record Heartbeat(ServingProcessStats figures) implements WorkerEventMessage {}

    /// The worker has read the certificates and their keys.
    ///
    /// @param number the number of `CheckTls`; 0 at the start of the worker, which ends when there is a problem
    /// @param problem why they cannot be used, in one sentence
    record TlsChecked(long number, Optional<String> problem) implements WorkerEventMessage {}

    /// A limit was reached in the worker.
    record LimitReached(Limit limit) implements WorkerEventMessage {}

    /// Accepting failed in the worker.
    ///
    /// @param reason as [dev.polyserve.io.AcceptException#reasonOf]
    record AcceptFailed(int slot, SerializedException failure, long retryAfterNanos,
            String reason) implements WorkerEventMessage {}

    /// The worker cannot accept at a listener any more.
    record ListenerDown(int slot, SerializedException failure) implements WorkerEventMessage {}

    /// A datagram's handler threw, or its reply could not be sent.
    record DatagramFailed(int slot, SocketAddress peer, SerializedException failure) implements WorkerEventMessage {}

    /// A loop of the worker is stalled.
    ///
    /// @param connection the number of the connection that the loop serves; 0 when unknown
    record LoopStalled(String loop, long nanos, long connection,
            SerializedException stack) implements WorkerEventMessage {}

    /// A dump of all threads.
    record ThreadDump(String text) implements WorkerEventMessage {}
}
