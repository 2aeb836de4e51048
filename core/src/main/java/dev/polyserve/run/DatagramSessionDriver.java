package dev.polyserve.run;

import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.Networks;
import dev.polyserve.RequestResult;
import dev.polyserve.conversation.AddressPair;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.DatagramPort;
import dev.polyserve.io.ReceivedDatagramQueuePool;
import dev.polyserve.io.DatagramSession;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.text.PrintableAddress;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// Gives the datagrams of one port to the sessions of their senders, and begins a session with the first of each.
///
/// It goes on receiving whatever a session does: a datagram for which its session, or the server, has no room is dropped and
/// counted. So a peer that floods, or a handler that is slow, takes nothing from other sessions.
///
/// ```
///   datagram ─▶ session of its sender ─▶ its queue ─▶ handler ─▶ over ─▶ what is left in the queue begins the next session
///                └─ none: admitted? ─▶ a new one
/// ```
///
/// While the server is paused, sessions go on, and other datagrams are dropped; in a drain nothing is received.
///
/// **Thread**: the accept loop's.
final class DatagramSessionDriver extends DatagramReceiver {
    private final DatagramSessionTable sessions = new DatagramSessionTable();
    /// Those of them that begin once connections are accepted again.
    private final Queue<DatagramSession> waiting = new ArrayDeque<>();
    private final ReceivedDatagramQueuePool queues;
    private final ServerProvider.Sessions how;
    private final DatagramSessionRunner runner;
    private final AdmissionController admission;
    private final AcceptRateLimit acceptRate;
    private final RateLimitedLog refusals;

    /// @param asked the endpoint that the server was given; the port has the real one
    DatagramSessionDriver(EventLoop loop, DatagramSessionRunner runner, DatagramPort port, Endpoint asked,
            ServerProvider.Sessions how,
            ReceivedDatagramQueuePool queues, ServerContext context, AcceptGate acceptLimit, AcceptRateLimit acceptRate,
            ServerCounters counters, AdmissionController admission) {
        super(loop, port, asked, context, acceptLimit, counters);
        this.runner = runner;
        this.how = how;
        this.queues = queues;
        this.acceptRate = acceptRate;
        this.admission = admission;
        this.refusals = new RateLimitedLog(context.log(), context.clock(), 1);
    }

    @Override
    void arm() {
        beginWaiting();
        super.arm();
    }

    @Override
    boolean isOpen() {
        return acceptLimit.any() || (sessions.size() > waiting.size() && !context.draining());
    }

    @Override
    boolean reserve() {
        return true; // each queue takes what it needs
    }

    @Override
    @Nullable SocketAddress receive() throws IOException {
        return port.receive(buffer.clear());
    }

    @Override
    void turnEnds() {
        // Sessions send their datagrams at once.
    }

    @Override
    void received(SocketAddress from) {
        loop.assertOwner();
        if (buffer.position() == buffer.capacity()) {
            // A handler could not know that it is not whole.
            events.limitReached(Limit.DATAGRAM);
            return;
        }
        buffer.flip();
        Networks senders = headerSenders();
        if (senders.isEmpty()) {
            deliver(null, from, port.local(), buffer);
            return;
        }
        Received datagram = withoutHeader(from, senders, false);
        if (datagram != null) {
            deliver(datagram.header(), from, datagram.to(), datagram.payload());
        }
    }

    /// @param header what the PROXY header says; null: nothing
    private void deliver(@Nullable ProxiedAddresses header, SocketAddress from, SocketAddress to, ByteBuffer payload) {
        SocketAddress peer = header == null ? from : header.peer();
        DatagramSession session = sessions.find(peer, from, to);
        if (session == null) {
            if (mayBegin(peer, from)) {
                AddressPair ends = header == null ? AddressPair.of(from, to) : header;
                DatagramSession first = DatagramSession.of(ends, from, to, port.sender(), this, queues,
                        context.options().limits().datagramQueueBytes());
                if (isQueued(first, payload)) {
                    begin(first);
                } else {
                    admission.answer(RequestResult.REJECTED);
                }
            }
        } else {
            boolean _ = isQueued(session, payload);
        }
    }

    private boolean isQueued(DatagramSession session, ByteBuffer payload) {
        Limit full = session.offer(payload);
        if (full != null) {
            events.limitReached(full);
        }
        return full == null;
    }

    /// Whether a session of the peer may begin. A datagram that is dropped here costs no more than this.
    private boolean mayBegin(SocketAddress peer, SocketAddress from) {
        if (!acceptLimit.any()) {
            return false;
        }
        if (from instanceof UnixDomainSocketAddress unix && unix.getPath().toString().isEmpty()) {
            failed(from, new IOException("the sender has bound no address, so it has no session"));
            return false;
        }
        if (!acceptRate.allows()) {
            return false;
        }
        acceptLimit.used();
        if (!context.options().access().admits(peer)) {
            refusals.warn(() -> "a session of " + PrintableAddress.shown(peer) + " at " + port.endpoint()
                    + " is refused: its address is not in a network from which clients may come");
            events.limitReached(Limit.NETWORK);
            admission.answer(RequestResult.REJECTED);
            return false;
        }
        Optional<Limit> exceeded = admission.exceeds(peer);
        if (exceeded.isPresent()) {
            events.limitReached(exceeded.get());
            admission.answer(RequestResult.REJECTED);
        }
        return exceeded.isEmpty();
    }

    private void begin(DatagramSession session) {
        acceptRate.used();
        sessions.add(session);
        try {
            admission.begin(runner, session, port.endpoint(), how, () -> loop.post(() -> over(session)));
        } catch (RuntimeException | Error e) {
            boolean _ = sessions.remove(session);
            session.dropAll();
            throw e;
        }
    }

    /// Removes a session that is over. Datagrams that it has not read begin the next one of the peer.
    private void over(DatagramSession session) {
        loop.assertOwner();
        if (!sessions.remove(session)) {
            return;
        }
        DatagramSession next = session.takeLeft().orElse(null);
        if (next != null && context.draining()) {
            next.dropAll();
        } else if (next != null && acceptLimit.any()) {
            beginIfAdmitted(next);
        } else if (next != null) {
            sessions.add(next);
            waiting.add(next);
        }
        if (!isOpen()) {
            arm();
        }
    }

    /// Begins the sessions for which datagrams were left while none could begin.
    private void beginWaiting() {
        for (DatagramSession next; acceptLimit.any() && (next = waiting.poll()) != null;) {
            boolean _ = sessions.remove(next);
            beginIfAdmitted(next);
        }
    }

    private void beginIfAdmitted(DatagramSession next) {
        if (mayBegin(next.ends().peer(), next.from())) {
            begin(next);
        } else {
            next.dropAll();
        }
    }
}
