package dev.polyserve.run;

import dev.polyserve.Client;
import dev.polyserve.Options;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.Connector;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.HandlerBorder;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.HandlerOutgoingConnections;
import dev.polyserve.conversation.OutgoingConversation;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.conversation.ServerLog;
import dev.polyserve.coroutine.carrier.NonQueueingLock;
import dev.polyserve.io.BlockingWire;
import dev.polyserve.io.ConnectableSocket;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.loop.SelectorMultiplexer;
import dev.polyserve.spi.ConnectionOwner;
import dev.polyserve.spi.PoolableConnection;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Makes the connections that a program begins outside of servers: each waits in the thread that uses it. One loop of the
/// process watches their time limits, which is started by the first of them and does not keep the JVM alive.
///
/// **Thread**: any.
final class StandaloneClientConnector {
    private static final ServerListener NO_LISTENER = new ServerListener() {};
    private static final ServerLog LOG = new ServerLog();
    private static final NonQueueingLock LOCK = new NonQueueingLock();
    private static final HandlerOutgoingConnections UNOWNED = new HandlerOutgoingConnections();
    private static volatile @Nullable EventLoop monitor;

    private StandaloneClientConnector() {}

    /// As [dev.polyserve.spi.ServerProvider#connect].
    static OutgoingConversation connect(Client to) throws IOException {
        EventLoop watching = monitor();
        Options options = to.options().orElse(Options.defaults());
        ServerContext context = new ServerContext(options, NO_LISTENER, NanoClock.SYSTEM, _ -> {
        }, LOG);
        SocketProvider sockets = Runners.clientSockets(to.endpoint(), context);
        OutgoingConnector connector = new OutgoingConnector(sockets, context, OutgoingAddressResolver.OF_THE_SYSTEM,
                new OutgoingTlsHandshakes(Runnable::run),
                (in, socket, identity, owner, again) -> over(in, socket, identity, owner, again, watching));
        return connector.connect(to, owner());
    }

    private static Connector.Owner owner() {
        return new Connector.Owner(null, HandlerBorder.NONE, new HandlerOutgoingConnections(), null);
    }

    /// A thread outside of servers, which owns pooled connections for a time.
    enum OwningThread implements ConnectionOwner {
        /// Any of them: it has no state.
        ANY;

        @Override
        public Object home() {
            return this;
        }

        @Override
        public PoolableConnection connect(Client to) throws IOException {
            return StandaloneClientConnector.connect(to);
        }

        @Override
        public boolean take(PoolableConnection unowned) {
            return ((OutgoingConversation) unowned).take(owner(), StandaloneClientConnector::connect);
        }

        @Override
        public boolean leave(PoolableConnection owned) {
            return ((OutgoingConversation) owned).leave(UNOWNED);
        }
    }

    private static OutgoingConversation over(ServerContext in, ConnectableSocket socket,
            Conversation.Identity identity, Connector.Owner owner, OutgoingConversation.Connecting again,
            EventLoop watching) {
        var conversation = new OutgoingConversation(in, identity, new BlockingWire(socket.socket(), in), owner, again);
        watching.watch(conversation);
        return conversation;
    }

    private static EventLoop monitor() throws IOException {
        EventLoop started = monitor;
        return started == null ? start() : started;
    }

    private static EventLoop start() throws IOException {
        LOCK.lock();
        try {
            EventLoop started = monitor;
            if (started == null) {
                started = new EventLoop("polyserve-client", new SelectorMultiplexer(), NanoClock.SYSTEM, true, false, 0,
                        LoopErrorHandler.reportedTo(LOG));
                started.start(_ -> monitor = null);
                monitor = started;
            }
            return started;
        } finally {
            LOCK.unlock();
        }
    }
}
