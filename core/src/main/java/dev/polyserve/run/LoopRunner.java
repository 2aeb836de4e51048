package dev.polyserve.run;

import dev.polyserve.conversation.Connector;
import dev.polyserve.conversation.OutgoingConversation;
import dev.polyserve.io.ConnectableSocket;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.HandlerConversation;
import dev.polyserve.conversation.HandlerHost;
import dev.polyserve.conversation.LoopProtocolConversation;
import dev.polyserve.conversation.MessageConversation;
import dev.polyserve.conversation.MessageHandlerAsHandler;
import dev.polyserve.conversation.BlockingProtocolConversation;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.coroutine.carrier.Carrier;
import dev.polyserve.io.DatagramSession;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.loop.HandOffMonitor;
import dev.polyserve.loop.LoopProtocolDriver;
import dev.polyserve.loop.DatagramSessionCoroutineWire;
import dev.polyserve.loop.CoroutineWire;
import dev.polyserve.loop.Multiplexer;
import dev.polyserve.loop.StallMonitor;
import dev.polyserve.tls.TlsSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A runner on readiness-based event loops. The first loop also accepts, and assigns connections to the loops in turn.
///
/// The sockets and the multiplexers must be of one family: channels with selectors, or descriptors with a multiplexer
/// for descriptors.
final class LoopRunner implements Runner, DatagramSessionRunner {
    private static final AtomicBoolean SLOWER_SAID = new AtomicBoolean();

    private final SocketProvider socketProvider;
    private final ServerProvider.@Nullable Streams style;
    private final ServerContext context;
    private final List<EventLoop> loops;
    private final StallMonitor monitor;
    /// Hands off loops whose thread a handler occupies; empty if none of them can be handed off.
    private final Optional<HandOffMonitor> handOffs;
    /// Whether handlers and protocols run on virtual threads beside the loops, by design.
    private final boolean beside;
    /// Why coroutines do not run on the loops' threads; empty if they do, or if there are none.
    private final Optional<String> slower;
    private final LoopUsageReport balance;
    private final OutgoingConnector connector;
    private final TlsHandshakeExecutor handshakes;
    private int next;

    /// Opens a runner with this number of loops, each with a multiplexer of its own.
    ///
    /// @throws IOException if a multiplexer cannot be opened; then none stays open
    static Runner open(int loops, SocketBackend sockets, ServerProvider.Setup setup, ServerContext context)
            throws IOException {
        return new LoopRunner(loops, sockets, setup, false, context);
    }

    /// Opens a runner with one loop that only waits for the sockets. Handlers, protocols and datagrams run on virtual
    /// threads of the default scheduler. It replaces [BlockingRunnerSettings#virtual] for sockets on which a blocking
    /// wait would hold the carrier.
    ///
    /// @throws IOException if the multiplexer cannot be opened
    static Runner beside(SocketBackend sockets, ServerProvider.Setup setup, ServerContext context) throws IOException {
        return new LoopRunner(1, sockets, setup, true, context);
    }

    /// Opens this number of multiplexers, or none.
    static List<Multiplexer> multiplexers(int count, boolean movable, SocketBackend.Opening opening)
            throws IOException {
        List<Multiplexer> open = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                open.add(opening.open(movable));
            }
            return open;
        } catch (IOException e) {
            closeAll(open, e);
            throw open.isEmpty()
                    ? e
                    : new IOException("only " + open.size() + " of " + count + " event loops can be opened: "
                            + e.getMessage() + "; choose fewer loops", e);
        } catch (RuntimeException | Error e) {
            closeAll(open, e);
            throw e;
        }
    }

    private static void closeAll(List<Multiplexer> open, Throwable failure) {
        for (Multiplexer multiplexer : open) {
            try {
                multiplexer.close();
            } catch (IOException alsoFailed) {
                failure.addSuppressed(alsoFailed);
            }
        }
    }

    /// @param beside whether no loop runs coroutines on its thread, whatever the JDK allows
    private LoopRunner(int count, SocketBackend sockets, ServerProvider.Setup setup, boolean beside,
            ServerContext context) throws IOException {
        this.socketProvider = sockets.socketProvider();
        this.beside = beside;
        this.context = context;
        // The check takes a while, and only handlers need its result.
        boolean hasCoroutines = setup.mayWait() && !beside;
        this.slower = hasCoroutines ? Carrier.whyNot() : Optional.empty();
        boolean lendsThread = hasCoroutines && slower.isEmpty();
        this.style = setup.streams() instanceof ServerProvider.Messages<?> messages && !lendsThread
                ? MessageHandlerAsHandler.sequential(messages)
                : setup.streams();
        long handOffNanos = ServerContext.nanos(context.options().timeouts().handOff());
        boolean movable = lendsThread && handOffNanos > 0;
        long spinNanos = spinNanos(count);
        List<EventLoop> made = new ArrayList<>();
        for (Multiplexer multiplexer : multiplexers(count, movable, sockets.multiplexer())) {
            // The first loop keeps the JVM alive; the others live as long as it does.
            boolean daemon = !made.isEmpty();
            made.add(new EventLoop("polyserve-loop-" + made.size(), multiplexer, context.clock(), daemon, lendsThread,
                    spinNanos, LoopErrorHandler.reportedTo(context.log())));
        }
        this.loops = List.copyOf(made);
        if (!beside) {
            loops.forEach(loop -> loop.coroutines().offerHub());
        }
        this.monitor = new StallMonitor(loops, context);
        this.handOffs = movable
                ? Optional.of(new HandOffMonitor(loops, handOffNanos, context))
                : Optional.empty();
        this.balance = new LoopUsageReport(loops, context);
        this.handshakes = new TlsHandshakeExecutor(context);
        this.connector = new OutgoingConnector(socketProvider, context, OutgoingAddressResolver.OF_THE_SYSTEM,
                new OutgoingTlsHandshakes(handshakes::compute),
                this::outgoing);
    }

    /// A connection on the loop, and of the coroutine, of the one whose handler begins it.
    private OutgoingConversation outgoing(ServerContext in, ConnectableSocket socket,
            Conversation.Identity identity, Connector.Owner owner, OutgoingConversation.Connecting again) {
        HandlerHost host = owner.host();
        if (host == null) {
            throw new IllegalStateException("the handler is of no event loop");
        }
        CoroutineWire wire = CoroutineWire.beside(host, socket);
        var conversation = new OutgoingConversation(in, identity, wire, owner, again);
        wire.watch(conversation);
        return conversation;
    }

    /// The polling time of each loop; 0 unless there are more processors than loops. A polling loop needs a processor
    /// of its own, and its clients need another one.
    private long spinNanos(int loopCount) {
        long wanted = ServerContext.nanos(context.options().timeouts().spin());
        int processors = Runtime.getRuntime().availableProcessors();
        if (wanted == 0 || loopCount < processors) {
            return wanted;
        }
        context.log().log(System.Logger.Level.INFO,
                () -> "loops do not spin, because none of the processors is to spare"
                        + " (processors: " + processors + ", loops: " + loopCount + ")",
                null);
        return 0;
    }

    @Override
    public SocketProvider socketProvider() {
        return socketProvider;
    }

    @Override
    public void start(Consumer<? super IOException> whenLost) {
        if (slower.isPresent() && SLOWER_SAID.compareAndSet(false, true)) {
            context.log().log(System.Logger.Level.INFO,
                    () -> "handlers run beside their event loop, slower: " + slower.get(), null);
        }
        balance.begins();
        loops.forEach(loop -> loop.start(whenLost));
        if (!beside) {
            monitor.start();
            handOffs.ifPresent(HandOffMonitor::start);
        }
    }

    @Override
    public List<EventLoop> loops() {
        return loops;
    }

    @Override
    public ModelConcurrency concurrency() {
        return ModelConcurrency.unlimited(beside ? ModelConcurrency.virtualThreads() : Optional.empty());
    }

    @Override
    public Prepared prepare(StreamSocket socket, Conversation.Identity identity) {
        loops.getFirst().assertOwner();
        if (socket instanceof TlsSocket tls) {
            tls.limitedBy(handshakes);
        }
        return prepare(nextLoop(), socket, identity);
    }

    private EventLoop nextLoop() {
        EventLoop loop = loops.get(next);
        balance.takes(next);
        next = (next + 1) % loops.size();
        return loop;
    }

    @Override
    public Prepared prepare(DatagramSession session, Conversation.Identity identity, ServerProvider.Sessions how) {
        loops.getFirst().assertOwner();
        EventLoop loop = nextLoop();
        DatagramSessionCoroutineWire wire = new DatagramSessionCoroutineWire(loop, session);
        var conversation = new HandlerConversation(context, identity, how.factory(), wire, wire.border(),
                connector);
        conversation.idlesAtMost(ServerContext.nanos(how.idle()));
        wire.watch(conversation);
        return new ReadySession(loop, wire, conversation);
    }

    /// Prepares it. From here on its loop watches it: whatever fails, the loop ends it.
    private Ready prepare(EventLoop loop, StreamSocket socket, Conversation.Identity identity) {
        return switch (style) {
            case ServerProvider.Sequential sequential -> {
                CoroutineWire wire = new CoroutineWire(loop, socket);
                var conversation = new HandlerConversation(context, identity, sequential.factory(), wire,
                        wire.border(), connector);
                wire.watch(conversation);
                yield new Ready(loop, socket, conversation, wire::start);
            }
            case ServerProvider.Events events when beside -> {
                CoroutineWire wire = new CoroutineWire(loop, socket);
                var conversation = new BlockingProtocolConversation(context, identity, events.factory(), wire);
                wire.watch(conversation);
                yield new Ready(loop, socket, conversation, wire::start);
            }
            case ServerProvider.Events events -> {
                LoopProtocolDriver driver = new LoopProtocolDriver(loop, socket);
                var conversation = new LoopProtocolConversation(context, identity, events.factory(), driver);
                driver.watch(conversation);
                yield new Ready(loop, socket, conversation, driver::start);
            }
            case ServerProvider.Messages<?> messages -> {
                LoopProtocolDriver driver = new LoopProtocolDriver(loop, socket);
                var conversation = new MessageConversation<>(context, identity, messages, driver, connector);
                driver.watch(conversation);
                yield new Ready(loop, socket, conversation, driver::start);
            }
            case ServerProvider.Commands _ -> throw new IllegalStateException("commands have a runner of their own");
            case null -> throw new IllegalStateException("nothing serves connections here");
        };
    }

    @Override
    public void stop() {
        connector.close();
        loops.forEach(loop -> loop.coroutines().closeHub());
        loops.forEach(EventLoop::close);
        loops.forEach(EventLoop::awaitEnd);
        // After the loops: until they end, a pinned coroutine may stop one of them.
        monitor.close();
        handOffs.ifPresent(HandOffMonitor::close);
        handshakes.close();
        balance.report();
    }

    /// The conversation of a session, and its loop.
    ///
    /// @param loop the loop of its handler
    /// @param wire what begins it there
    /// @param conversation its conversation
    private record ReadySession(EventLoop loop, DatagramSessionCoroutineWire wire, HandlerConversation conversation)
            implements
                Prepared {
        @Override
        public void begin() {
            if (Thread.currentThread().equals(loop.thread())) {
                wire.start();
            } else {
                loop.post(this::beginOnLoop);
            }
        }

        private void beginOnLoop() {
            try {
                wire.start();
            } catch (RuntimeException | Error e) {
                conversation.abandon(e);
                throw e;
            }
        }
    }

    /// The action that begins a conversation on its loop.
    private interface Start {
        /// @param watch what watches the socket already; null: nothing
        void run(Multiplexer.@Nullable Watch watch) throws IOException;
    }

    /// A conversation, its loop, and the action that begins it there.
    private final class Ready implements Prepared {
        private final EventLoop loop;
        private final StreamSocket socket;
        private final Conversation conversation;
        private final Start start;

        Ready(EventLoop loop, StreamSocket socket, Conversation conversation, Start start) {
            this.loop = loop;
            this.socket = socket;
            this.conversation = conversation;
            this.start = start;
        }

        @Override
        public Conversation conversation() {
            return conversation;
        }

        @Override
        public void begin() {
            if (Thread.currentThread().equals(loop.thread())) {
                beginOnLoop();
            } else {
                loop.post(this::beginOnLoop);
            }
        }

        private void beginOnLoop() {
            if (conversation.cause() != null) {
                // The conversation ended before it began, which closed its socket. The descriptor number may already
                // belong to another connection.
                return;
            }
            if (socket instanceof TlsSocket tls && !tls.isPlain()) {
                guarded(() -> new TlsHandshake(loop, tls, conversation, handshakes, context,
                        watch -> guarded(() -> start.run(watch))).begin());
            } else {
                guarded(() -> start.run(null));
            }
        }

        private void guarded(Step step) {
            try {
                step.run();
            } catch (IOException e) {
                // The system cannot watch another socket, or not in the required way.
                AdmissionController.rejectUnbegun(socket, conversation, e, context.listener());
            } catch (RuntimeException | Error e) {
                conversation.abandon(e);
                throw e;
            }
        }
    }

    /// A step that may fail with its socket.
    private interface Step {
        void run() throws IOException;
    }
}
