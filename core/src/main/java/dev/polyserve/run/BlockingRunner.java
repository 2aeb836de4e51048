package dev.polyserve.run;

import dev.polyserve.conversation.Connector;
import dev.polyserve.conversation.HandlerBorder;
import dev.polyserve.conversation.OutgoingConversation;
import dev.polyserve.io.ConnectableSocket;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.HandlerConversation;
import dev.polyserve.conversation.MessageHandlerAsHandler;
import dev.polyserve.conversation.BlockingProtocolConversation;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.BlockingWire;
import dev.polyserve.io.DatagramSession;
import dev.polyserve.io.DatagramSessionWire;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.loop.Multiplexer;
import dev.polyserve.text.PrintableAddress;
import dev.polyserve.tls.TlsSocket;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The runner of every model in which a connection occupies a thread while it is open. The models differ only in their
/// [BlockingRunnerSettings].
///
/// The accept loop accepts and watches time limits. Its thread is not a daemon, so a started server keeps the JVM
/// alive.
public final class BlockingRunner implements Runner, DatagramSessionRunner {
    private final SocketProvider socketProvider;
    private final BlockingRunnerSettings executorPolicy;
    private final ServerProvider.@Nullable Streams style;
    private final ServerContext context;
    private final EventLoop acceptLoop;
    private final TlsHandshakeExecutor handshakes;
    private final OutgoingConnector connector;
    private @Nullable ConnectionExecutor host;

    private BlockingRunner(BlockingRunnerSettings executorPolicy, Multiplexer multiplexer,
            SocketProvider socketProvider, ServerProvider.@Nullable Streams style, ServerContext context) {
        this.socketProvider = socketProvider;
        this.executorPolicy = executorPolicy;
        this.style = style instanceof ServerProvider.Messages<?> messages
                ? MessageHandlerAsHandler.sequential(messages)
                : style;
        this.context = context;
        this.handshakes = new TlsHandshakeExecutor(context);
        this.acceptLoop = new EventLoop("polyserve-accept", multiplexer, context.clock(), false, false, 0,
                LoopErrorHandler.reportedTo(context.log()));
        this.connector = new OutgoingConnector(socketProvider, context, OutgoingAddressResolver.OF_THE_SYSTEM,
                new OutgoingTlsHandshakes(handshakes::compute),
                this::outgoing);
    }

    /// A connection in the thread of the handler that begins it.
    private OutgoingConversation outgoing(ServerContext in, ConnectableSocket socket,
            Conversation.Identity identity, Connector.Owner owner, OutgoingConversation.Connecting again) {
        var conversation = new OutgoingConversation(in, identity, new BlockingWire(socket.socket(), in), owner, again);
        acceptLoop.watch(conversation);
        return conversation;
    }

    /// Opens a runner that serves one connection after another.
    ///
    /// @throws IOException if the multiplexer cannot be opened
    public static Runner iterative(SocketBackend sockets, ServerProvider.Setup setup, ServerContext context)
            throws IOException {
        return open(BlockingRunnerSettings.iterative(), sockets, setup, context);
    }

    /// Opens a runner over sockets of a family, with a multiplexer for its accept loop.
    ///
    /// @throws IOException if the multiplexer cannot be opened
    static Runner open(BlockingRunnerSettings executorPolicy, SocketBackend sockets, ServerProvider.Setup setup,
            ServerContext context) throws IOException {
        return new BlockingRunner(executorPolicy, sockets.multiplexer().open(false), sockets.socketProvider(),
                setup.streams(),
                context);
    }

    @Override
    public SocketProvider socketProvider() {
        return socketProvider;
    }

    @Override
    public void start(Consumer<? super IOException> whenLost) {
        host = executorPolicy.hosts.get();
        acceptLoop.start(whenLost);
    }

    @Override
    public List<EventLoop> loops() {
        return List.of(acceptLoop);
    }

    @Override
    public ModelConcurrency concurrency() {
        return new ModelConcurrency(() -> executorPolicy.capacity, executorPolicy.inline,
                Optional.of(task -> requireHost().run(task, "polyserve-datagram")));
    }

    @Override
    public Prepared prepare(StreamSocket socket, Conversation.Identity identity) {
        if (socket instanceof TlsSocket tls) {
            tls.limitedBy(handshakes);
        }
        BlockingWire wire = new BlockingWire(socket, context);
        Ready prepared = switch (style) {
            case ServerProvider.Sequential sequential -> {
                var conversation = new HandlerConversation(context, identity, sequential.factory(), wire,
                        HandlerBorder.NONE, connector);
                yield new Ready(socket, conversation, conversation);
            }
            case ServerProvider.Events events -> {
                var conversation = new BlockingProtocolConversation(context, identity, events.factory(), wire);
                yield new Ready(socket, conversation, conversation);
            }
            case ServerProvider.Messages<?> _ ->
                throw new IllegalStateException("messages are served as a sequential handler");
            case ServerProvider.Commands _ -> throw new IllegalStateException("commands have a runner of their own");
            case null -> throw new IllegalStateException("nothing serves connections here");
        };
        // Before it begins: whatever fails from here on, the accept loop ends it.
        acceptLoop.watch(prepared.conversation);
        return prepared;
    }

    @Override
    public Prepared prepare(DatagramSession session, Conversation.Identity identity, ServerProvider.Sessions how) {
        var conversation = new HandlerConversation(context, identity, how.factory(), new DatagramSessionWire(session),
                HandlerBorder.NONE, connector);
        conversation.idlesAtMost(ServerContext.nanos(how.idle()));
        acceptLoop.watch(conversation);
        return new ReadySession(conversation);
    }

    @Override
    public void stop() {
        if (host != null) {
            host.close().forEach(Runnable::run);
        }
        connector.close();
        acceptLoop.close();
        acceptLoop.awaitEnd();
        handshakes.close();
    }

    private ConnectionExecutor requireHost() {
        if (host == null) {
            throw new IllegalStateException("the server was not started");
        }
        return host;
    }

    private void run(Conversation conversation, Runnable body) {
        requireHost().run(body, "polyserve-" + conversation.id() + " " + PrintableAddress.shown(conversation.peer()));
    }

    /// The conversation of a session, which its thread runs.
    private final class ReadySession implements Prepared {
        private final HandlerConversation conversation;

        ReadySession(HandlerConversation conversation) {
            this.conversation = conversation;
        }

        @Override
        public Conversation conversation() {
            return conversation;
        }

        @Override
        public void begin() {
            run(conversation, conversation);
        }
    }

    /// A conversation and the task that runs it, on a thread of its own. A handshake of TLS before it has none.
    private final class Ready implements Prepared {
        private final StreamSocket socket;
        private final Conversation conversation;
        private final Runnable body;

        Ready(StreamSocket socket, Conversation conversation, Runnable body) {
            this.socket = socket;
            this.conversation = conversation;
            this.body = body;
        }

        @Override
        public Conversation conversation() {
            return conversation;
        }

        @Override
        public void begin() {
            if (socket instanceof TlsSocket tls && !tls.isPlain()) {
                try {
                    new TlsHandshake(acceptLoop, tls, conversation, handshakes, context, this::secured).begin();
                } catch (IOException e) {
                    reject(e);
                }
            } else {
                run();
            }
        }

        private void run() {
            BlockingRunner.this.run(conversation, body);
        }

        private void secured(Multiplexer.Watch watch) {
            acceptLoop.forget(watch);
            try {
                socket.control().blocking(true);
                run();
            } catch (IOException | RuntimeException | Error e) {
                reject(e); // no thread is available now
            }
        }

        private void reject(Throwable why) {
            AdmissionController.rejectUnbegun(socket, conversation, why, context.listener());
        }
    }
}
