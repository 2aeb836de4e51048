package dev.polyserve.run;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.Endpoint;
import dev.polyserve.OnFull;
import dev.polyserve.RequestResult;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.AddressPair;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.DatagramSession;
import dev.polyserve.io.Listener;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.text.PrintableAddress;
import dev.polyserve.tls.TlsSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Counts, filters and admits each accepted connection, and then starts or rejects it.
///
/// **Thread**: the accept loop's.
final class AdmissionController implements AcceptHandler, DatagramObserver {
    private final Runner runner;
    private final Optional<TlsLayer> tls;
    private final ModelConcurrency concurrency;
    private final LiveConnections live;
    private final Bans bans;
    private final CompositeServerListener events;
    private final ConnectionFilterChain filters;
    private final ServerContext context;
    private final RateLimitedLog refusals;
    private final AtomicLong nextId = new AtomicLong();
    /// The result of a pending `handleRequest` call.
    private volatile @Nullable CompletableFuture<RequestResult> singleRequest;

    AdmissionController(Runner runner, Optional<TlsLayer> tls, LiveConnections live, Bans bans,
            CompositeServerListener events, ConnectionFilterChain filters, ServerContext context) {
        this.runner = runner;
        this.tls = tls;
        this.concurrency = runner.concurrency();
        this.live = live;
        this.bans = bans;
        this.events = events;
        this.filters = filters;
        this.context = context;
        this.refusals = new RateLimitedLog(context.log(), NanoClock.SYSTEM, 1);
    }

    /// The most connections that may be open now.
    private int most() {
        return Math.min(context.options().limits().connections(), concurrency.capacity().getAsInt());
    }

    /// The limit that sets this maximum.
    private Limit mostIs() {
        return concurrency.capacity().getAsInt() < context.options().limits().connections() && !concurrency.inline()
                ? Limit.QUEUE
                : Limit.CONNECTIONS;
    }

    void awaitOne(@Nullable CompletableFuture<RequestResult> waiting) {
        singleRequest = waiting;
    }

    /// Completes a pending `handleRequest` call: nothing is accepted any more.
    void close() {
        answer(RequestResult.TIMED_OUT);
    }

    @Override
    public boolean hasRoom() {
        if (context.options().onFull() == OnFull.REJECT || live.hasRoom(most())) {
            return true;
        }
        if (!concurrency.inline()) {
            // The iterative model serves one connection at a time by design: this is not a limit.
            events.limitReached(mostIs());
        }
        return false;
    }

    @Override
    public void take(StreamSocket socket, Listener listener) {
        take(socket, listener, socket.control().ends());
    }

    /// Takes ownership of a socket, and closes it in the end.
    ///
    /// @param ends the addresses of the connection, which may not be those of the socket
    void take(StreamSocket socket, Listener listener, AddressPair ends) {
        if (!listener.acceptedElsewhere() && !context.options().access().admits(ends.peer())) {
            refusals.warn("a connection from " + PrintableAddress.shown(ends.peer()) + " to " + listener.endpoint()
                    + " is refused: its address is not in a network from which clients may come");
            refuse(socket, listener, ends, Limit.NETWORK);
            return;
        }
        if (tls.isPresent() && tls.get().isFor(listener.endpoint())) {
            TlsSocket secure = tls.get().over(socket, ends);
            serve(secure, listener, secure.ends());
        } else if (tls.isPresent() && tls.get().mayStart(listener.endpoint())) {
            TlsSocket securable = tls.get().over(socket, ends).plain();
            serve(securable, listener, securable.ends());
        } else {
            serve(socket, listener, ends);
        }
    }

    private void serve(StreamSocket socket, Listener listener, AddressPair ends) {
        Runner.Prepared served = prepare(socket, listener.endpoint(), ends);
        try {
            admit(served, socket);
        } catch (RuntimeException | Error e) {
            served.conversation().abandon(e);
            throw e;
        }
    }

    private void admit(Runner.Prepared served, StreamSocket socket) {
        Conversation conversation = served.conversation();
        events.accepted(conversation);
        int perAddress = context.options().limits().connectionsPerAddress();
        Optional<Limit> limit = bans.refuses(conversation.peer())
                ? Optional.of(Limit.BAN)
                : switch (served.admission()) {
                    case LOCAL -> live.enter(conversation, most(), mostIs(), perAddress);
                    case REMOTE_EXCEPT_PER_ADDRESS -> live.enter(conversation, Integer.MAX_VALUE, mostIs(), perAddress);
                    case REMOTE -> live.enter(conversation, Integer.MAX_VALUE, mostIs(), 0);
                };
        if (limit.isPresent()) {
            events.limitReached(limit.get());
            turnAway(conversation, socket, limit);
        } else if (served.admission() == Runner.Admission.LOCAL && !filters.accepts(conversation)) {
            turnAway(conversation, socket, Optional.empty());
        } else {
            begin(served, socket);
        }
    }

    /// Takes ownership of a connected socket, and serves its connection, which this server has begun, if the limit of connections
    /// allows.
    ///
    /// @param endpoint where it goes to
    ConnectionFuture serveOutgoing(StreamSocket socket, Endpoint endpoint) {
        Runner.Prepared served = prepare(socket, endpoint, socket.control().ends());
        Conversation conversation = served.conversation();
        try {
            conversation.markBegunHere();
            events.accepted(conversation);
            Optional<Limit> limit = live.enter(conversation, most(), mostIs(), 0);
            if (limit.isPresent()) {
                events.limitReached(limit.get());
                turnAway(conversation, socket, limit);
            } else {
                begin(served, socket);
            }
            return conversation;
        } catch (RuntimeException | Error e) {
            conversation.abandon(e);
            throw e;
        }
    }

    /// Takes ownership of a socket, and rejects its connection because of this limit.
    void refuse(StreamSocket socket, Listener listener, AddressPair ends, Limit limit) {
        Runner.Prepared served = prepare(socket, listener.endpoint(), ends);
        Conversation conversation = served.conversation();
        try {
            events.accepted(conversation);
            events.limitReached(limit);
            turnAway(conversation, socket, Optional.of(limit));
        } catch (RuntimeException | Error e) {
            conversation.abandon(e);
            throw e;
        }
    }

    private Runner.Prepared prepare(StreamSocket socket, Endpoint endpoint, AddressPair ends) {
        try {
            return runner.prepare(socket,
                    new Conversation.Identity(nextId.incrementAndGet(), ends, endpoint));
        } catch (RuntimeException | Error e) {
            close(socket);
            throw e;
        }
    }

    private void begin(Runner.Prepared served, StreamSocket socket) {
        Conversation conversation = served.conversation();
        try {
            if (concurrency.inline()) {
                conversation.onDone(_ -> answer(RequestResult.SERVED));
            }
            served.begin();
        } catch (RuntimeException | Error e) {
            close(socket);
            conversation.reject(new Cause.Failed(e));
            throw e;
        }
        if (!concurrency.inline() && served.admission() == Runner.Admission.LOCAL) {
            answer(RequestResult.SERVED);
        }
    }

    /// The limit that a session of this peer would exceed now. An address is banned for what its connections did, which it cannot
    /// have forged.
    Optional<Limit> exceeds(SocketAddress peer) {
        if (bans.refuses(peer)) {
            return Optional.of(Limit.BAN);
        }
        return live.exceeds(peer, most(), mostIs(), context.options().limits().connectionsPerAddress());
    }

    /// Begins a session, unless a filter rejects it.
    ///
    /// @param over called when it is over, on any thread
    void begin(DatagramSessionRunner sessions, DatagramSession session, Endpoint endpoint, ServerProvider.Sessions how,
            Runnable over) {
        Runner.Prepared served = sessions.prepare(session,
                new Conversation.Identity(nextId.incrementAndGet(), session.ends(), endpoint), how);
        Conversation conversation = served.conversation();
        conversation.onDone(_ -> over.run());
        try {
            events.accepted(conversation);
            Optional<Limit> limit = live.enter(conversation, most(), mostIs(),
                    context.options().limits().connectionsPerAddress());
            limit.ifPresent(events::limitReached);
            if (limit.isPresent() || !filters.accepts(conversation)) {
                events.rejected(conversation, limit);
                conversation.reject(limit.<Cause>map(Cause.LimitReached::new).orElse(new Cause.Stopped()));
                answer(RequestResult.REJECTED);
            } else {
                begin(served);
            }
        } catch (RuntimeException | Error e) {
            conversation.abandon(e);
            throw e;
        }
    }

    private void begin(Runner.Prepared session) {
        Conversation conversation = session.conversation();
        if (concurrency.inline()) {
            conversation.onDone(_ -> answer(RequestResult.SERVED));
        }
        try {
            session.begin();
        } catch (RuntimeException | Error e) {
            boolean _ = conversation.reject(new Cause.Failed(e));
            throw e;
        }
        if (!concurrency.inline()) {
            answer(RequestResult.SERVED);
        }
    }

    private void turnAway(Conversation conversation, StreamSocket socket, Optional<Limit> limit) {
        // Counted before the client can notice the rejection.
        events.rejected(conversation, limit);
        close(socket);
        conversation.reject(limit.<Cause>map(Cause.LimitReached::new).orElse(new Cause.Stopped()));
        answer(RequestResult.REJECTED);
    }

    /// Closes the socket of a conversation that cannot begin, and rejects it, unless it has ended. The peer is not the cause.
    ///
    /// **Thread**: that of the loop on which the conversation would have begun.
    static void rejectUnbegun(StreamSocket socket, Conversation conversation, Throwable why, ServerListener listener) {
        try {
            socket.close(false);
        } catch (IOException e) {
            // The descriptor is released whatever close reports.
            socket.control().shutdown();
        }
        if (conversation.reject(new Cause.Failed(why))) {
            listener.acceptFailed(conversation.endpoint(), why, Duration.ZERO);
        }
    }

    private void close(StreamSocket socket) {
        try {
            try {
                boolean _ = socket.endOutput(false);
            } finally {
                socket.close(true);
            }
        } catch (IOException e) {
            // The peer has already closed, which is the desired result. The descriptor is released whatever close
            // reports.
            socket.control().shutdown();
        }
    }

    @Override
    public void datagramBegan() {
        live.expects();
    }

    @Override
    public void datagramEnded() {
        live.expectsNoMore();
    }

    @Override
    public void answer(RequestResult how) {
        CompletableFuture<RequestResult> waiting = singleRequest;
        if (waiting != null) {
            waiting.complete(how);
        }
    }
}
