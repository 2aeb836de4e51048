package dev.polyserve.linux.control;

import dev.polyserve.OnFull;
import dev.polyserve.Options;
import dev.polyserve.Tls;
import dev.polyserve.proxy.ProxyHeader;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/// A message from a supervisor to a worker.
public sealed interface WorkerCommand extends WorkerMessage {
    /// The first command: the sockets that the worker serves. The descriptors of the listeners accompany it where they
    /// are shared.
    ///
    /// @param shared whether the worker itself accepts, at the listeners that accompany this
    /// @param slots the server's sockets, in the order of its endpoints
    /// @param connections how many connections it may serve at once
    /// @param selfSigned the self-signed certificate of the program, if it has made one
    record Serve(boolean shared, List<Slot> slots, int connections,
            Optional<ByteBuffer> selfSigned) implements WorkerCommand {
        @Override
        public int descriptors() {
            return shared ? slots.size() : 0;
        }
    }

    /// One socket of the server.
    ///
    /// @param index which of the server's endpoints it belongs to, from 0 on: a program may list one twice
    /// @param asked the endpoint as the program requested it
    /// @param real its real endpoint
    record Slot(int index, String asked, String real) {}

    /// Accept, or stop accepting.
    record SetAccepting(boolean allowed) implements WorkerCommand {}

    /// Accept one connection or datagram, and report the outcome.
    ///
    /// @param number the supervisor's number of this request
    record AcceptOne(long number) implements WorkerCommand {}

    /// All workers together are full, so that clients are to be rejected; or not, so that a full worker leaves clients
    /// to the others.
    record RejectExcess(boolean full) implements WorkerCommand {}

    /// Serve this connection; its descriptor accompanies the command.
    ///
    /// @param id its number
    /// @param slot the slot of its listener
    /// @param header the PROXY header that was read from it
    record TakeConnection(long id, int slot, Optional<ProxyHeader> header) implements WorkerCommand {
        @Override
        public int descriptors() {
            return 1;
        }
    }

    /// Answer this datagram.
    ///
    /// @param id a number for it
    /// @param from its real sender
    /// @param to the real address that it arrived at
    /// @param header the PROXY header that was in front of it
    record AnswerDatagram(long id, SocketAddress from, SocketAddress to, Optional<ProxyHeader> header,
            boolean truncated, ByteBuffer payload) implements WorkerCommand {}

    /// Let the connection see the end of its input.
    record CutInput(long id) implements WorkerCommand {}

    /// End the connection now.
    record Abort(long id) implements WorkerCommand {}

    /// Stop accepting, let connections end, then exit.
    ///
    /// @param millis the deadline
    record Drain(long millis) implements WorkerCommand {}

    /// The server's limits have changed, also for connections that are open.
    ///
    /// @param limits the new limits; the number of connections is the worker's share
    /// @param timeouts the new timeouts
    /// @param proxy the rules for PROXY headers
    /// @param access the networks from which clients may come
    /// @param onFull what happens to clients when the server is full
    record ChangeLimits(Options.Limits limits, Options.Timeouts timeouts, Options.ProxyProtocol proxy,
            Options.Access access, OnFull onFull) implements WorkerCommand {}

    /// Use this self-signed certificate of the program.
    ///
    /// @param encoded with its key
    record TakeSelfSigned(ByteBuffer encoded) implements WorkerCommand {}

    /// Read the certificates and their keys, and report whether they can be used.
    ///
    /// @param number the supervisor's number of this command, from 1 on
    record CheckTls(long number, Tls tls) implements WorkerCommand {}

    /// Take other certificates for the connections to come, or the same with their files read again.
    record ReplaceTls(Tls tls) implements WorkerCommand {}

    /// Report the figures with a heartbeat at once.
    record ReportFigures() implements WorkerCommand {}

    /// Report a dump of all threads.
    record DumpThreads() implements WorkerCommand {}
}
