package dev.polyserve.linux.worker;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Limit;
import dev.polyserve.Served;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/// From a worker to its supervisor.
sealed interface WorkerEvent extends ControlMessage {
    /// It serves.
    record Ready() implements WorkerEvent {}

    /// It has the connection that it was told to take.
    record ConnectionTaken(long id) implements WorkerEvent {}

    /// It has accepted a connection.
    ///
    /// @param id its number, of this worker's
    /// @param slot which listener it came through
    record ConnectionAccepted(long id, int slot, SocketAddress peer, SocketAddress local,
            Optional<ConnectionInfo.Credentials> credentials) implements WorkerEvent {}

    /// A connection's handler begins.
    record HandlerStarted(long id) implements WorkerEvent {}

    /// A connection's handler threw.
    record HandlerFailed(long id, FailureText failure) implements WorkerEvent {}

    /// A connection was turned away.
    record ConnectionRejected(long id, Optional<Limit> limit) implements WorkerEvent {}

    /// A connection is over.
    record ConnectionClosed(long id, Cause cause, long bytesIn, long bytesOut) implements WorkerEvent {}

    /// The answer to a datagram.
    ///
    /// @param reply empty when there is none
    /// @param failure what the handler threw
    record DatagramAnswered(long id, Optional<ByteBuffer> reply,
            Optional<FailureText> failure) implements WorkerEvent {}

    /// It accepts, or accepts nobody any more, as it was told last.
    record CommandAcknowledged() implements WorkerEvent {}

    /// What has become of the one that it was told to accept.
    ///
    /// @param number of that order
    record RequestHandled(long number, Served how) implements WorkerEvent {}

    /// It lives: its accept loop turns.
    ///
    /// @param active connections that it serves now
    /// @param bufferedBytes what their buffers occupy
    /// @param datagramsIn datagrams that it has received so far
    /// @param datagramsOut datagrams that it has sent so far
    record Heartbeat(long active, long bufferedBytes, long datagramsIn, long datagramsOut) implements WorkerEvent {}

    /// A limit was reached there.
    record LimitReached(Limit limit) implements WorkerEvent {}

    /// Accepting failed there.
    record AcceptFailed(int slot, FailureText failure, long retryAfterNanos) implements WorkerEvent {}

    /// It cannot accept at a listener any more.
    record ListenerDown(int slot, FailureText failure) implements WorkerEvent {}

    /// A datagram's handler threw, or its reply could not be sent.
    record DatagramFailed(int slot, SocketAddress peer, FailureText failure) implements WorkerEvent {}

    /// One of its loops is stalled.
    ///
    /// @param connection the number of whom it serves; 0: nobody known
    record LoopStalled(String loop, long nanos, long connection, FailureText stack) implements WorkerEvent {}

    /// What every thread is doing.
    record ThreadDump(String text) implements WorkerEvent {}
}
