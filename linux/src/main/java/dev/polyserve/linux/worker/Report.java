package dev.polyserve.linux.worker;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Limit;
import dev.polyserve.Served;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/// From a worker to its supervisor.
sealed interface Report extends Message {
    /// It serves.
    record Ready() implements Report {}

    /// It has the connection that it was told to take.
    record Taken(long id) implements Report {}

    /// It has accepted a connection.
    ///
    /// @param id its number, of this worker's
    /// @param slot which listener it came through
    record Came(long id, int slot, SocketAddress peer, SocketAddress local,
            Optional<ConnectionInfo.Credentials> credentials) implements Report {}

    /// A connection's handler begins.
    record Opened(long id) implements Report {}

    /// A connection's handler threw.
    record Threw(long id, Failure failure) implements Report {}

    /// A connection was turned away.
    record Rejected(long id, Optional<Limit> limit) implements Report {}

    /// A connection is over.
    record Over(long id, Cause cause, long bytesIn, long bytesOut) implements Report {}

    /// The answer to a datagram.
    ///
    /// @param reply empty when there is none
    /// @param failure what the handler threw
    record Answered(long id, Optional<ByteBuffer> reply, Optional<Failure> failure) implements Report {}

    /// It accepts, or accepts nobody any more, as it was told last.
    record Heeded() implements Report {}

    /// What has become of the one that it was told to accept.
    ///
    /// @param number of that order
    record Handled(long number, Served how) implements Report {}

    /// It lives: its accept loop turns.
    ///
    /// @param active connections that it serves now
    /// @param bufferedBytes what their buffers occupy
    /// @param datagramsIn datagrams that it has received so far
    /// @param datagramsOut datagrams that it has sent so far
    record Beat(long active, long bufferedBytes, long datagramsIn, long datagramsOut) implements Report {}

    /// A limit was reached there.
    record Reached(Limit limit) implements Report {}

    /// Accepting failed there.
    record AcceptFailed(int slot, Failure failure, long retryAfterNanos) implements Report {}

    /// It cannot accept at a listener any more.
    record ListenerDown(int slot, Failure failure) implements Report {}

    /// A datagram's handler threw, or its reply could not be sent.
    record DatagramFailed(int slot, SocketAddress peer, Failure failure) implements Report {}

    /// One of its loops is stalled.
    ///
    /// @param connection the number of whom it serves; 0: nobody known
    record Stalled(String loop, long nanos, long connection, Failure stack) implements Report {}

    /// What every thread is doing.
    record Dumped(String text) implements Report {}
}
