package dev.polyserve.linux.worker;

import dev.polyserve.OnFull;
import dev.polyserve.Options;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.List;

/// From a supervisor to a worker.
sealed interface WorkerCommand extends ControlMessage {
    /// Comes first: what the worker serves. With it come the listeners, where they are shared.
    ///
    /// @param shared whether the worker accepts by itself, at the listeners that come with this
    /// @param slots where the server listens, in the order of its endpoints
    /// @param connections how many it may serve at once
    record Serve(boolean shared, List<Slot> slots, int connections) implements WorkerCommand {
        @Override
        public int descriptors() {
            return shared ? slots.size() : 0;
        }
    }

    /// One socket of the server.
    ///
    /// @param asked the endpoint as the program has it
    /// @param real where it really is
    record Slot(String asked, String real) {}

    /// Whether it may accept now.
    record SetAccepting(boolean allowed) implements WorkerCommand {}

    /// Accept one connection or datagram, and say what has become of it.
    ///
    /// @param number the supervisor's, of this order
    record AcceptOne(long number) implements WorkerCommand {}

    /// Whether all workers together are full, so that who comes is to be turned away; else one that is full leaves them to others.
    record RejectExcess(boolean full) implements WorkerCommand {}

    /// Serve this connection, whose descriptor comes with it.
    ///
    /// @param id its number
    /// @param slot which listener it came through
    record TakeConnection(long id, int slot) implements WorkerCommand {
        @Override
        public int descriptors() {
            return 1;
        }
    }

    /// Answer this datagram.
    ///
    /// @param id a number for it
    record AnswerDatagram(long id, SocketAddress peer, SocketAddress local, boolean truncated,
            ByteBuffer payload) implements WorkerCommand {}

    /// Let the connection see the end of its input.
    record CutInput(long id) implements WorkerCommand {}

    /// End the connection now.
    record Abort(long id) implements WorkerCommand {}

    /// Accept nobody any more, let connections come to their ends, then end.
    ///
    /// @param millis the deadline
    record Drain(long millis) implements WorkerCommand {}

    /// The server's limits have changed, also for connections that are open.
    ///
    /// @param limits how much; the number of connections is the worker's share
    /// @param timeouts how long
    /// @param onFull what becomes of clients when the server is full
    record ChangeLimits(Options.Limits limits, Options.Timeouts timeouts, OnFull onFull) implements WorkerCommand {}

    /// Tell what every thread is doing.
    record DumpThreads() implements WorkerCommand {}
}
