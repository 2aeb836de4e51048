package dev.polyserve.run;

import dev.polyserve.Client;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.DatagramHandler;
import dev.polyserve.DrainReport;
import dev.polyserve.Endpoint;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.spi.AutoModelChoice;
import dev.polyserve.spi.ModelDefinition;
import dev.polyserve.Model;
import dev.polyserve.Networks;
import dev.polyserve.Options;
import dev.polyserve.RequestResult;
import dev.polyserve.Server;
import dev.polyserve.Tls;
import dev.polyserve.ServerStats;
import dev.polyserve.WorkerInfo;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.conversation.ServerLog;
import dev.polyserve.coroutine.hub.Hub;
import dev.polyserve.io.DatagramPort;
import dev.polyserve.io.ReceivedDatagramQueuePool;
import dev.polyserve.io.ListenQueueOverflows;
import dev.polyserve.io.Listener;
import dev.polyserve.jfr.JfrGauges;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.stats.ServingProcessStats;
import dev.polyserve.stats.UpstreamSnapshot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A server: its sockets, its runner, and the operations that its [ServerLifecycle] permits.
///
/// **Thread**: any. Only the accept loop uses the listeners. Event loops and coroutines may close a server, too.
final class DefaultServer implements Server {
    /// Creates the runner of a server.
    @FunctionalInterface
    interface RunnerFactory {
        /// Creates a runner that is not started.
        Runner of(ServerProvider.Setup setup, ServerContext context) throws IOException;
    }

    /// Loading the recorder's classes must not delay the first clients.
    private static final long GAUGES_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ServerProvider.Setup setup;
    private final Optional<TlsLayer> tls;
    private final Runner runner;
    private final ServerContext context;
    private final ServerCounters counters;
    private final LiveConnections live;
    private final Bans bans;
    private final AdmissionController connectionStarter;
    private final ServedOutgoingConnector outgoingStarter;
    private final ReceivedDatagramQueuePool sessionQueues;
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final List<SocketAddress> addresses = new ArrayList<>();
    private final BoundListeners boundListeners = new BoundListeners();
    private final ProxyHeaderStage proxyHeaders;
    private final AcceptGate acceptLimit;
    private final AcceptRateLimit acceptRate;
    private final SingleRequest singleRequest;
    private final PeriodicActionThread periodicActions;
    private final ServerShutdown shutdown;
    private final ServerLifecycle lifecycle = new ServerLifecycle();
    private final JfrGauges gauges = new JfrGauges(this);
    private Optional<AutoModelChoice> choice = Optional.empty();
    private volatile boolean running;

    private DefaultServer(ServerProvider.Setup setup, RunnerFactory runners) throws IOException {
        this.setup = setup;
        this.counters = new ServerCounters();
        this.live = new LiveConnections(() -> onAcceptLoop(this::armAgain));
        ServerLog log = new ServerLog();
        this.bans = new Bans(this::options, log, NanoClock.SYSTEM, this::afterOnAcceptLoop);
        CompositeServerListener events = CompositeServerListener.of(setup, counters, bans, log);
        this.context = new ServerContext(setup.options(), events, NanoClock.SYSTEM, live::leave, log,
                events.recorder().orElse(null));
        this.runner = runners.of(setup, context);
        this.tls = tls(setup, context, runner);
        this.connectionStarter = new AdmissionController(runner, tls, live, bans, events,
                new ConnectionFilterChain(log, setup.filters()), context);
        this.outgoingStarter = new ServedOutgoingConnector(runner, connectionStarter, context, lifecycle::isServing);
        this.sessionQueues = new ReceivedDatagramQueuePool(context.budget());
        this.proxyHeaders = new ProxyHeaderStage(acceptLoop(), connectionStarter, context, boundListeners::arm);
        this.acceptLimit = new AcceptGate(acceptLoop(),
                now -> runner.workerControl().accept(now, this::answeredElsewhere));
        this.acceptRate = new AcceptRateLimit(acceptLoop(), context, boundListeners::arm);
        this.singleRequest = new SingleRequest(runner, connectionStarter, acceptLimit, boundListeners::arm);
        this.periodicActions = new PeriodicActionThread(
                Stream.concat(setup.periodic().stream(), tls.flatMap(TlsLayer::refresh).stream()).toList(), log);
        this.shutdown = new ServerShutdown(context, live, this::release);
    }

    /// Reads the certificates. The supervisor of a worker process learns what cannot be used.
    private static Optional<TlsLayer> tls(ServerProvider.Setup setup, ServerContext context, Runner runner)
            throws IOException {
        try {
            return TlsLayer.of(setup, context);
        } catch (IOException e) {
            context.remoteCertificates().cannotStart(String.valueOf(e.getMessage()));
            runner.stop();
            throw e;
        } catch (RuntimeException | Error e) {
            runner.stop();
            throw e;
        }
    }

    static DefaultServer bind(ServerProvider.Setup setup) throws IOException {
        return bind(setup, Runners::of);
    }

    static DefaultServer bind(ServerProvider.Setup setup, RunnerFactory runners) throws IOException {
        DefaultServer server = new DefaultServer(setup, runners);
        Deque<SocketOpening.Opened> opened = new ArrayDeque<>();
        try {
            opened.addAll(SocketOpening.of(setup, server.runner.socketProvider()));
            while (!opened.isEmpty()) {
                server.add(opened.getFirst());
                opened.removeFirst();
            }
            return server;
        } catch (IOException | RuntimeException | Error e) {
            SocketOpening.close(opened, e);
            server.close();
            throw e;
        }
    }

    /// Sets the model that stands in for `auto`; the start logs it. Call it before the server is passed on.
    void chose(AutoModelChoice taken) {
        choice = Optional.of(taken);
    }

    private void add(SocketOpening.Opened opened) {
        endpoints.add(opened.endpoint());
        switch (opened) {
            case SocketOpening.Opened.Datagrams(DatagramPort port, Endpoint asked) -> {
                addresses.add(port.address());
                counters.add(port.endpoint(), OptionalLong::empty);
                boundListeners.add(receiver(port, asked));
            }
            case SocketOpening.Opened.Stream(Listener listener, Endpoint asked) -> {
                addresses.add(listener.address());
                counters.add(listener.endpoint(), () -> ListenQueueOverflows.overflows(listener));
                boundListeners.add(
                        new Acceptor(acceptLoop(), listener, proxyHeaders.at(asked), acceptLimit, acceptRate,
                                context.listener(), this::oneIsDown));
            }
        }
    }

    private DatagramReceiver receiver(DatagramPort port, Endpoint asked) {
        ServerProvider.Sessions sessions = setup.sessions();
        if (sessions == null) {
            DatagramHandler handler = Objects.requireNonNull(setup.datagrams(), "checked before it was opened");
            return new DatagramDriver(runner, port, asked, handler, context, acceptLimit, counters, connectionStarter);
        }
        if (!(runner instanceof DatagramSessionRunner able)) {
            throw new IllegalStateException("the model " + setup.model().id() + " serves no sessions of datagrams");
        }
        return new DatagramSessionDriver(acceptLoop(), able, port, asked, sessions, sessionQueues, context, acceptLimit,
                acceptRate, counters, connectionStarter);
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.copyOf(endpoints);
    }

    @Override
    public SocketAddress address() {
        if (addresses.isEmpty()) {
            throw new IllegalStateException("the server has no endpoint, so it has no address: " + this);
        }
        return addresses.getFirst();
    }

    @Override
    public int port() {
        return BindTargets.port(endpoints);
    }

    @Override
    public Model model() {
        return setup.model();
    }

    @Override
    public boolean isAccepting() {
        return lifecycle.isAccepting();
    }

    @Override
    public boolean isStopped() {
        return shutdown.isOver();
    }

    @Override
    public List<ConnectionFuture> connections() {
        return live.list();
    }

    @Override
    public List<WorkerInfo> workers() {
        return runner.workerControl().workers();
    }

    @Override
    public int addWorkers(int more) {
        int most = runner.workerControl().addWorkers(more);
        onAcceptLoop(this::armAgain);
        return most;
    }

    @Override
    public Optional<Hub> hub() {
        return acceptLoop().coroutines().hub();
    }

    @Override
    public ServerStats stats() {
        ConnectionTotals connections = live.figures();
        return counters.snapshot(connections,
                new ServingProcessStats(connections.bytesIn(), connections.bytesOut(), context.budget().used(), 0, 0,
                        runner.loops().stream().map(EventLoop::stats).toList(),
                        context.tlsCounters().snapshot().with(certificateExpires()),
                        setup.upstreams().get().stream().map(UpstreamSnapshot::of).toList()),
                runner.workerControl().counters());
    }

    @Override
    public List<Stall> stalls() {
        return counters.lastStalls().list();
    }

    @Override
    public CompletableFuture<Void> pulse() {
        return CompletableFuture.runAsync(() -> {
        }, this::onAcceptLoop);
    }

    @Override
    public String toString() {
        return "server at " + endpoints + " with " + setup.model().id();
    }

    @Override
    public Server start() throws IOException {
        runner.workerControl().starting(this);
        if (!startUnlessClosed()) {
            throw new IllegalStateException("the server was closed and cannot start again: " + this);
        }
        return this;
    }

    /// @return whether the server serves
    private boolean startUnlessClosed() throws IOException {
        if (lifecycle.claimStart()) {
            startRunner(true);
        }
        return lifecycle.isServing();
    }

    private void startRunner(boolean serves) throws IOException {
        boolean started = false;
        try {
            if (!running) {
                context.log().start();
                choice.ifPresent(taken -> context.log().log(System.Logger.Level.INFO,
                        () -> "the model auto takes " + taken, null));
                runner.start(this::loopLost);
                running = true;
            }
            started = true;
        } finally {
            lifecycle.endStart(serves && started, this::acceptFromNowOn).ifPresent(this::stop);
        }
    }

    /// Goes on with what waits for room: connections whose header is whole, and then new ones.
    private void armAgain() {
        proxyHeaders.passWaiting();
        boundListeners.arm();
    }

    private void acceptFromNowOn() {
        onAcceptLoop(() -> {
            acceptLimit.unlimited();
            boundListeners.arm();
        });
        periodicActions.start();
        afterOnAcceptLoop(this::startGauges, GAUGES_AFTER_NANOS);
    }

    /// A process that has no room for the thread that starts them has it later.
    private void startGauges() {
        try {
            gauges.start();
        } catch (OutOfMemoryError _) {
            afterOnAcceptLoop(this::startGauges, GAUGES_AFTER_NANOS);
        }
    }

    @Override
    public void serveForever() throws IOException, InterruptedException {
        runner.workerControl().starting(this);
        boolean _ = startUnlessClosed(); // if the server was closed, only its end remains
        await();
    }

    @Override
    public void await() throws InterruptedException {
        shutdown.awaitOver();
    }

    @Override
    public boolean await(Duration atMost) throws InterruptedException {
        return shutdown.awaitOver(atMost);
    }

    @Override
    public RequestResult handleRequest(Duration atMost) throws IOException, InterruptedException {
        runner.workerControl().starting(this);
        return singleRequest.handle(ServerContext.nanos(atMost), this::beginOne);
    }

    /// Handles the one connection or datagram that a worker process was allowed to take. **Thread**: the accept loop's.
    private void answeredElsewhere(RequestResult how) {
        acceptLimit.used();
        connectionStarter.answer(how);
    }

    private void beginOne() throws IOException {
        if (!lifecycle.claimStart()) {
            throw new IllegalStateException("handleRequest is for a server that was bound, not started or closed");
        }
        startRunner(false);
    }

    @Override
    public ConnectionFuture connect(Client to) throws IOException {
        if (setup.streams() == null || setup.streams() instanceof ServerProvider.Commands
                || ModelDefinition.of(setup.model()).execution().processes().isPresent()) {
            throw new IllegalStateException(
                    "connect(…) needs a handler, a protocol or messages that this process runs: "
                            + this + "; with worker processes, connect in the handler");
        }
        return outgoingStarter.connect(to);
    }

    @Override
    public Options options() {
        return context.options();
    }

    @Override
    public void reconfigure(UnaryOperator<Options> change) {
        Options before = context.options();
        Options after = change.apply(before);
        ReconfigurableOptions.requirePossible(before, after);
        if (!context.replace(before, after)) {
            reconfigure(change); // another thread has changed the options meanwhile
            return;
        }
        live.limitsChanged();
        bans.optionsChanged();
        if (running) {
            onAcceptLoop(this::armAgain);
        }
    }

    @Override
    public void replaceTls(Tls identity) throws IOException {
        tls.orElseThrow(() -> new IllegalStateException("this server has no tls:// endpoint: " + this))
                .replace(identity);
    }

    @Override
    public Optional<Instant> certificateExpires() {
        return tls.flatMap(TlsLayer::expires);
    }

    @Override
    public Map<Networks, Duration> bans() {
        return bans.list();
    }

    /// As [Bans#take].
    void takeBans(Map<Networks, Duration> left) {
        bans.take(left);
    }

    @Override
    public boolean liftBan(InetAddress address) {
        return bans.lift(address);
    }

    @Override
    public int liftBans() {
        return bans.liftAll();
    }

    @Override
    public void pause() {
        setPaused(true);
    }

    @Override
    public void resume() {
        setPaused(false);
    }

    private void setPaused(boolean pausing) {
        CompletableFuture<@Nullable Void> inForce = new CompletableFuture<>();
        boolean changes = lifecycle.setPaused(pausing, () -> onAcceptLoop(() -> {
            if (pausing) {
                acceptLimit.none();
            } else {
                acceptLimit.unlimited();
            }
            boundListeners.arm();
            runner.workerControl().whenAcknowledged(() -> inForce.complete(null));
        }));
        if (!changes) {
            return;
        }
        // Waits, so that no client is accepted after pause() has returned. A handler cannot wait for the loop that it
        // may run on.
        if (!live.servesThisThread(runner)) {
            inForce.completeOnTimeout(null, 1, TimeUnit.SECONDS).join();
        }
    }

    private EventLoop acceptLoop() {
        return runner.loops().getFirst();
    }

    private void onAcceptLoop(Runnable task) {
        acceptLoop().post(task);
    }

    private void afterOnAcceptLoop(Runnable task, long nanos) {
        onAcceptLoop(() -> acceptLoop().schedule(nanos, task));
    }

    /// Handles a listener that can never accept again. The server stops once no listener is left.
    private void oneIsDown() {
        if (!boundListeners.isAnyOpen()) {
            beginStop(context.options().timeouts().drain());
        }
    }

    /// Stops the server when a loop has failed: the loop can serve neither new clients nor its present ones, and the
    /// server must not appear alive.
    private void loopLost(IOException why) {
        if (lifecycle.isStopping()) {
            return;
        }
        endpoints.forEach(endpoint -> context.listener().listenerDown(endpoint, why));
        beginStop(context.options().timeouts().close());
    }

    @Override
    public DrainReport drain() throws InterruptedException {
        return drain(context.options().timeouts().drain());
    }

    @Override
    public DrainReport drain(Duration deadline) throws InterruptedException {
        beginStop(deadline);
        return mustNotWait() ? shutdown.reportSoFar() : shutdown.awaitReport();
    }

    @Override
    public void close() {
        beginStop(context.options().timeouts().close());
        if (!mustNotWait()) {
            shutdown.awaitOverWhateverInterrupts();
        }
    }

    /// Whether the shutdown waits for the calling thread.
    private boolean mustNotWait() {
        return shutdown.runsOn(Thread.currentThread()) || live.servesThisThread(runner)
                || lifecycle.startsInThisThread();
    }

    private void beginStop(Duration deadline) {
        if (lifecycle.claimStop(deadline)) {
            stop(deadline);
        } else {
            shutdown.notLaterThan(deadline);
        }
    }

    private void stop(Duration deadline) {
        if (running) {
            // First: once a client sees a refused connection, every handler must already see the draining state.
            context.startDraining();
            live.expects();
            onAcceptLoop(() -> {
                runner.workerControl().drain();
                stopAccepting();
                // Connections that workers accept before they acknowledge the drain are waited for like the others.
                runner.workerControl().whenAcknowledged(() -> {
                    boundListeners.closeListeners(lifecycle.acceptedUntilStop());
                    live.expectsNoMore();
                });
                shutdown.listenersClosed();
            });
            shutdown.begin(deadline);
        } else {
            periodicActions.stop();
            // Before the listeners: a start that failed may have left loops running, which own them.
            runner.stop();
            stopAccepting();
            boundListeners.closeListeners(false);
            boundListeners.closePorts();
            context.log().close();
            shutdown.nothingToDo();
        }
    }

    private void stopAccepting() {
        acceptLimit.none();
        proxyHeaders.close();
        connectionStarter.close();
        boundListeners.stopReceiving();
    }

    private void release() {
        gauges.stop();
        periodicActions.stop();
        boundListeners.closePorts();
        runner.stop();
        context.log().close();
    }
}
