package dev.polyserve.run;

import dev.polyserve.Cause;
import dev.polyserve.Client;
import dev.polyserve.ConnectionException;
import dev.polyserve.Endpoint;
import dev.polyserve.conversation.Connector;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.HandlerOutgoingConnections;
import dev.polyserve.conversation.OutgoingConversation;
import dev.polyserve.conversation.PinnedWaitException;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.ConnectableSocket;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.tls.TlsHandshakeLimiter;
import dev.polyserve.tls.TlsRecordBuffers;
import dev.polyserve.tls.TlsSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Makes outgoing connections over the sockets of one family.
///
/// ```
///   [OutgoingConnectAttempts] ─▶ PROXY header ─▶ handshake of TLS ─▶ connected
/// ```
///
/// The look-up and the pauses between attempts are in the owner's own code, outside of the library: they wait as any code of a
/// handler does.
///
/// **Thread**: the owner's.
final class OutgoingConnector implements Connector {
    private final SocketProvider sockets;
    private final ServerContext context;
    private final OutgoingAddressResolver addresses;
    private final Wiring wiring;
    private final TlsHandshakeLimiter handshakes;
    private final TlsRecordBuffers records;
    private final AtomicLong nextId = new AtomicLong();
    private final HandlerOutgoingConnections unowned = new HandlerOutgoingConnections();

    /// How a model drives a connection.
    @FunctionalInterface
    interface Wiring {
        /// A conversation over the socket, not yet connected, whose time limits are watched.
        OutgoingConversation over(ServerContext context, ConnectableSocket socket, Conversation.Identity identity,
                Owner owner, OutgoingConversation.Connecting again);
    }

    /// @param handshakes runs what handshakes of TLS compute
    OutgoingConnector(SocketProvider sockets, ServerContext context, OutgoingAddressResolver addresses,
            TlsHandshakeLimiter handshakes, Wiring wiring) {
        this.sockets = sockets;
        this.context = context;
        this.addresses = addresses;
        this.handshakes = handshakes;
        this.records = new TlsRecordBuffers(context.budget());
        this.wiring = wiring;
    }

    @Override
    public OutgoingConversation connect(Client to, Owner owner) throws IOException {
        ServerContext own = to.options().map(context::with).orElse(context);
        try {
            OutgoingTls tls = to.endpoint() instanceof Endpoint.Tls at ? OutgoingTls.of(to, at, own) : null;
            OutgoingConversation conversation = new OutgoingConnectAttempts(to, own)
                    .winner(addresses, address -> attempt(to, address, tls, owner, own)).conversation;
            introduce(conversation, to, tls, owner);
            return conversation;
        } catch (IOException e) {
            throw OutgoingConnectAttempts.failure(to, e);
        }
    }

    @Override
    public HandlerOutgoingConnections unowned() {
        return unowned;
    }

    /// Ends the connections that no handler owns, also those that are left from now on. **Thread**: any.
    void close() {
        unowned.endAllUnowned();
    }

    /// One address, as the race sees it.
    private record Attempt(OutgoingConversation conversation) implements AddressRace.Attempt {
        @Override
        public boolean connect(long atMostNanos, boolean goesOn) throws IOException {
            return conversation.connect(atMostNanos, goesOn);
        }

        @Override
        public void giveUp() {
            conversation.giveUp();
        }
    }

    private Attempt attempt(Client to, SocketAddress address, @Nullable OutgoingTls tls, Owner owner,
            ServerContext own) throws IOException {
        ConnectableSocket socket = sockets.connecting(address, to.localAddress().orElse(null), own.options().sockets());
        try {
            ConnectableSocket over = tls == null ? socket : secured(socket, tls);
            var identity = new Conversation.Identity(nextId.incrementAndGet(), over.socket().control().ends(),
                    to.endpoint());
            return new Attempt(wiring.over(own, over, identity, owner, another -> connect(another, owner)));
        } catch (RuntimeException | Error e) {
            socket.socket().close(false);
            throw e;
        }
    }

    private ConnectableSocket secured(ConnectableSocket below, OutgoingTls tls) {
        TlsSocket over = tls.over(below, records).plain();
        over.limitedBy(handshakes);
        return over;
    }

    /// Collects the PROXY header for the first bytes; with TLS, sends it, and does the handshake.
    private static void introduce(OutgoingConversation conversation, Client to, @Nullable OutgoingTls tls, Owner owner)
            throws IOException {
        boolean done = false;
        try {
            if (to.proxyHeader() > 0) {
                conversation.write(OutgoingProxyHeader.of(to.proxyHeader(), owner.client()));
            }
            if (tls != null) {
                secure(conversation, tls);
            }
            done = true;
        } finally {
            if (!done) {
                conversation.giveUp();
            }
        }
    }

    private static void secure(OutgoingConversation conversation, OutgoingTls tls) throws IOException {
        try {
            conversation.flush();
            conversation.secure();
        } catch (ConnectionException e) {
            throw switch (e.reason()) {
                case Cause.Stopped _ -> e;
                case Cause.TimedOut _ ->
                    new IOException("the TLS handshake took too long; check what listens there", e);
                case Cause.Failed _, Cause.PeerReset _, Cause.LimitReached _, Cause.Done _ -> refused(e, tls);
            };
        }
    }

    private static IOException refused(ConnectionException e, OutgoingTls tls) {
        return switch (e.getCause()) {
            case ClosedByInterruptException _, PinnedWaitException _ -> e;
            case IOException why -> tls.refusal(why, e);
            case null, default -> tls.refusal(e, e);
        };
    }
}
