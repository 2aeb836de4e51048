package dev.polyserve.conformance;

import dev.polyserve.Client;
import dev.polyserve.ConnectionException;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.conversation.Connector;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.OutgoingConversation;
import dev.polyserve.conversation.ServerContext;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Connects a rehearsed handler to the scripted servers: to each once, in their order.
///
/// **Thread**: its rehearsal's.
final class ScriptedConnector implements Connector {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("192.0.2.2", 50_000);
    private static final String UPSTREAM = "192.0.2.3";

    private final List<RehearsedUpstream> untried;
    private final ServerContext context;
    private final RehearsedTime time;
    private final Play play;
    private final List<Connected> connected = new ArrayList<>();

    /// How scripts are played.
    ///
    /// @param pieces how fragments are cut
    /// @param takesBytes the most that a peer accepts at once
    record Play(ScriptBuilder.Pieces pieces, int takesBytes) {
        ScriptedPeer peer(ScriptBuilder script, RehearsedTime time, ServerContext context) {
            return new ScriptedPeer(script.play(pieces), time, context, takesBytes);
        }
    }

    private record Connected(ScriptedPeer peer, ScriptedWire wire) {}

    ScriptedConnector(Collection<RehearsedUpstream> upstreams, ServerContext context, RehearsedTime time, Play play) {
        this.untried = new ArrayList<>(upstreams);
        this.context = context;
        this.time = time;
        this.play = play;
    }

    /// The connections that were made, all of which are over.
    List<RehearsedConnection> connections() {
        return connected.stream()
                .<RehearsedConnection>map(one -> RecordedConnection.of(one.peer, one.wire.outputEnded())).toList();
    }

    @Override
    public OutgoingConversation connect(Client to, Owner owner) throws IOException {
        SocketAddress address = address(to.endpoint());
        RehearsedUpstream upstream = next(to.endpoint());
        ServerContext own = to.options().map(context::with).orElse(context);
        ScriptedPeer peer = play.peer(upstream.script(), time, own);
        ScriptedWire wire = new ScriptedWire(peer, time, upstream.answer());
        var conversation = new OutgoingConversation(own,
                new Conversation.Identity(2L + connected.size(), address, LOCAL, to.endpoint()), wire, owner,
                another -> connect(another, owner));
        peer.connect(conversation);
        connect(to, conversation, own);
        peer.begins();
        connected.add(new Connected(peer, wire));
        return conversation;
    }

    private void connect(Client to, OutgoingConversation conversation, ServerContext own) throws IOException {
        try {
            if (!conversation.connect(own.connectNanos(), false)) {
                context.listener().limitReached(Limit.CONNECT);
                throw new ConnectException("no answer within " + TimeUnit.NANOSECONDS.toMillis(own.connectNanos())
                        + " ms; check the address and the firewall");
            }
        } catch (ConnectionException e) {
            throw e;
        } catch (IOException e) {
            ConnectException failed = new ConnectException("cannot connect to " + to.endpoint() + ": "
                    + e.getMessage());
            failed.initCause(e);
            throw failed;
        }
    }

    private RehearsedUpstream next(Endpoint endpoint) {
        RehearsedUpstream next = untried.stream().filter(one -> one.endpoint().equals(endpoint)).findFirst()
                .orElseThrow(() -> new IllegalStateException("the rehearsal has no upstream for one more connection to "
                        + endpoint + ": add .upstream(RehearsedUpstream.at(\"" + endpoint + "\"))"));
        untried.remove(next);
        return next;
    }

    private static SocketAddress address(Endpoint endpoint) {
        return switch (endpoint) {
            case Endpoint.Tcp tcp -> new InetSocketAddress(UPSTREAM, tcp.port());
            case Endpoint.Tls tls -> new InetSocketAddress(UPSTREAM, tls.port());
            case Endpoint.Unix unix -> UnixDomainSocketAddress.of(unix.path());
            case Endpoint.Udp _, Endpoint.UnixDatagram _, Endpoint.Inherited _ ->
                throw new IllegalArgumentException("cannot connect to " + endpoint
                        + ": use tcp://host:port, tls://host:port or unix:/path");
        };
    }
}
