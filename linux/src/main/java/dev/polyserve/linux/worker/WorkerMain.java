package dev.polyserve.linux.worker;

import dev.polyserve.linux.control.WorkerControlChannel;
import dev.polyserve.linux.control.WorkerMessage;
import dev.polyserve.linux.control.WorkerEnvironment;
import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.linux.control.WorkerEventMessage;
import dev.polyserve.spi.ModelDefinition;
import dev.polyserve.run.SocketBackend;
import dev.polyserve.linux.multiplexer.EpollMultiplexer;
import dev.polyserve.ConnectionFilter;
import dev.polyserve.Endpoint;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.OnFull;
import dev.polyserve.Options;
import dev.polyserve.Server;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.WorkerCertificateExchange;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.linux.process.ExitDeadline;
import dev.polyserve.linux.process.TtinTtouSignals;
import dev.polyserve.linux.socket.PreopenedSockets;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.record.ConnectionRecorder;
import dev.polyserve.run.Runner;
import dev.polyserve.tls.SelfSignedCertificate;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The main part of a worker process: its sockets, received from the supervisor in the first command, and its end of
/// the [WorkerControlChannel].
///
/// ```
///   here ─▶ prepared ─▶ runner ─▶ starting: READY ──commands──▶ SERVING ──Drain, the channel's end──▶ ENDING ─▶ exit
/// ```
///
/// **Thread**: the thread that calls `Server.start()` reads the commands from then on; the call does not return.
public final class WorkerMain {
    private static final long EXIT_NANOS = TimeUnit.SECONDS.toNanos(5);
    /// How long a worker that exits waits for a busy supervisor to read its last events.
    private static final Duration SENT = Duration.ofSeconds(1);
    private static final long FIRST_COMMAND_NANOS = TimeUnit.SECONDS.toNanos(30);
    /// The exit status of a worker whose channel leads to no supervisor; another worker may have one.
    private static final int NO_SUPERVISOR = 1;
    /// The exit status of a worker that cannot use the certificates; another one is tried.
    private static final int CANNOT_START = 1;

    private final WorkerControlChannel channel;
    private final WorkerCommand.Serve serve;
    private final List<Integer> descriptors;
    private final WorkerEventReporter eventReporter;
    private final WorkerSignalHandler signals;
    private final ReceivedConnectionsProvider handed;
    private final ExitDeadline exitDeadline = ExitDeadline.start();
    private volatile @Nullable WorkerCommandLoop control;
    private volatile Runnable reportsFigures = () -> {};

    private WorkerMain(WorkerControlChannel channel, WorkerCommand.Serve serve, List<Integer> descriptors) {
        this.channel = channel;
        this.serve = serve;
        this.descriptors = descriptors;
        this.eventReporter = new WorkerEventReporter(channel, serve);
        this.signals = WorkerSignalHandler.reportedBy(eventReporter);
        this.handed = new ReceivedConnectionsProvider(serve.slots());
    }

    /// True when this process is a worker.
    public static boolean isWorker() {
        return WorkerEnvironment.isWorker();
    }

    /// This process's instance, in a worker. Ends the process when it has no supervisor: without a message when the
    /// supervisor has ended, as a worker does whose supervisor ends later, and otherwise with the reason.
    public static WorkerMain here() {
        return switch (Here.BEGINNING) {
            case Beginning.Commanded commanded -> commanded.worker();
            case Beginning.SupervisorGone _ -> throw exit(0, "the supervisor of this worker process is gone");
            case Beginning.Failed failed -> {
                String why = "this worker process has no supervisor: " + failed.why();
                System.err.println("polyserve: " + why);
                throw exit(NO_SUPERVISOR, why);
            }
        };
    }

    /// What the first packet from the supervisor is.
    private sealed interface Beginning {
        record Commanded(WorkerMain worker) implements Beginning {}

        record SupervisorGone() implements Beginning {}

        record Failed(String why) implements Beginning {}
    }

    /// Received once. The process does not end here: a thread that uses this class meanwhile would wait for its
    /// initializer.
    private static final class Here {
        private static final Beginning BEGINNING = read();

        private static Beginning read() {
            try {
                TtinTtouSignals.ignore();
                WorkerControlChannel channel = WorkerEnvironment.channel();
                Optional<WorkerControlChannel.Received> first = channel.await(FIRST_COMMAND_NANOS);
                return first.isEmpty() ? new Beginning.Failed("it says nothing") : beginning(channel, first.get());
            } catch (IOException e) {
                return new Beginning.Failed(String.valueOf(e.getMessage()));
            }
        }

        private static Beginning beginning(WorkerControlChannel channel, WorkerControlChannel.Received first)
                throws IOException {
            return switch (first.messages().isEmpty() ? null : first.messages().getFirst()) {
                case WorkerCommand.Serve serve -> {
                    if (serve.selfSigned().isPresent()) {
                        SelfSignedCertificate.take(serve.selfSigned().get());
                    }
                    yield new Beginning.Commanded(new WorkerMain(channel, serve, first.descriptors()));
                }
                case null -> new Beginning.SupervisorGone();
                case WorkerMessage other -> new Beginning.Failed("it begins with " + other);
            };
        }
    }

    /// The part of the program's setup that this worker serves: all events are reported, and the limit of connections
    /// is this worker's share.
    public ServerProvider.Setup prepared(ServerProvider.Setup setup) {
        requireSame(setup.endpoints());
        eventReporter.answersWith(setup.datagrams());
        // A transferred connection has passed the filters in the supervisor.
        List<ConnectionFilter> filters = serve.shared() ? setup.filters() : List.of();
        return setup.inWorker(shareOf(setup), recorders(setup), filters, eventReporter);
    }

    /// The listeners that record what happens in this process; the supervisor's hear of the events.
    private static List<ServerListener> recorders(ServerProvider.Setup setup) {
        return setup.listeners().stream().filter(ConnectionRecorder.class::isInstance).toList();
    }

    /// The limits that this worker applies itself. One of several workers must not reject clients while others have
    /// room, and does not know how many connections an address has in the others: the supervisor decides both. A
    /// supervisor that transfers connections also ends those that last too long, counted from when they were accepted.
    private Options shareOf(ServerProvider.Setup setup) {
        return shareOf(setup.options().withMaxConnections(serve.connections()), setup);
    }

    private Options shareOf(Options all, ServerProvider.Setup setup) {
        // The supervisor knows the offences in all workers, so it bans.
        Options options = all.withAccess(Options.Access::withoutBan).withLimits(
                limits -> limits.withAcceptsPerSecond(serve.shared() ? acceptsPerSecond(limits, setup) : 0));
        if (!serve.shared()) {
            // The supervisor has read the PROXY header, and decided that the client may come in.
            return options.withTimeouts(times -> times.withConversation(Duration.ZERO))
                    .withProxyProtocol(_ -> Options.defaults().proxyProtocol())
                    .withAccess(_ -> Options.defaults().access());
        }
        return isOneOfSeveral(setup)
                ? options.withOnFull(OnFull.WAIT).withLimits(limits -> limits.withConnectionsPerAddress(0))
                : options;
    }

    /// This worker's share of the connections that all workers accept a second.
    private static int acceptsPerSecond(Options.Limits limits, ServerProvider.Setup setup) {
        return Math.ceilDiv(limits.acceptsPerSecond(), ModelDefinition.of(setup.model()).execution().receivers());
    }

    private static boolean isOneOfSeveral(ServerProvider.Setup setup) {
        return ModelDefinition.of(setup.model()).execution().receivers() > 1;
    }

    /// The options of this worker after a change of the server's limits. The supervisor commands separately whether
    /// clients are rejected. Options that apply from the start of a process stay as they are.
    private Options reconfigured(Options now, WorkerCommand.ChangeLimits command, ServerProvider.Setup setup) {
        Options wanted = now
                .withLimits(
                        limits -> command.limits().withQueue(limits.queue()).withDatagramBytes(limits.datagramBytes()))
                .withTimeouts(times -> command.timeouts().withStall(times.stall()).withSpin(times.spin())
                        .withHandOff(times.handOff()))
                .withProxyProtocol(_ -> command.proxy()).withAccess(_ -> command.access());
        return shareOf(wanted, setup).withOnFull(isOneOfSeveral(setup) ? now.onFull() : command.onFull());
    }

    private void requireSame(List<Endpoint> endpoints) {
        List<String> here = endpoints.stream().map(Endpoint::toString).distinct().toList();
        List<String> there = serve.slots().stream().map(WorkerCommand.Slot::asked).distinct().toList();
        if (!here.equals(there)) {
            throw hopeless(
                    "this worker process has come to a server at " + here + ", and its supervisor serves " + there
                            + "; a program with worker processes must come to the same server each time it is run");
        }
    }

    /// Reports that no other worker would do better, and ends this process.
    static IllegalStateException hopeless(String why) {
        System.err.println("polyserve: " + why);
        return exit(WorkerEnvironment.FATAL, why);
    }

    /// Ends this process, which cannot serve; the supervisor says why.
    private void endAtStart(String why) {
        eventReporter.event(new WorkerEventMessage.TlsChecked(0, Optional.of(why)));
        try {
            boolean _ = eventReporter.awaitSent(SENT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw exit(CANNOT_START, why);
    }

    private static IllegalStateException exit(int status, String why) {
        System.exit(status);
        return new IllegalStateException(why);
    }

    /// The listeners that accompanied the first command.
    public PreopenedSockets given() {
        PreopenedSockets given = new PreopenedSockets();
        for (int end, begin = 0; begin < descriptors.size(); begin = end) {
            end = begin + 1;
            while (end < descriptors.size() && slot(end).index() == slot(begin).index()) {
                end++;
            }
            switch (Endpoint.parse(slot(begin).asked())) {
                case Endpoint.Inherited inherited -> descriptors.subList(begin, end)
                        .forEach(descriptor -> given.name(inherited.name(), descriptor));
                case Endpoint other -> given.give(other, IntStream.range(begin, end).mapToObj(this::given).toList());
            }
        }
        return given;
    }

    private WorkerCommand.Slot slot(int number) {
        return serve.slots().get(number);
    }

    private PreopenedSockets.Given given(int number) {
        return new PreopenedSockets.Given(descriptors.get(number), false,
                Optional.of(Endpoint.parse(slot(number).real())));
    }

    /// The connections that the supervisor transfers.
    public SocketBackend handed() {
        return new SocketBackend(_ -> new EpollMultiplexer(), handed, true);
    }

    /// The runner of a worker, around the runner of the worker's own model.
    public Runner runner(Runner inner, ServerProvider.Setup setup, ServerContext context) {
        context.remoteCertificates(new WorkerCertificateExchange() {
            @Override
            public void cannotStart(String why) {
                endAtStart(why);
            }
        });
        return new SupervisedRunner(inner, this, setup);
    }

    /// Sets what has the accept loop report its figures. **Thread**: any.
    void whenFiguresAreWanted(Runnable reports) {
        reportsFigures = reports;
    }

    /// Has the accept loop report its figures, if it runs. **Thread**: any.
    void reportFigures() {
        reportsFigures.run();
    }

    /// Reports that the accept loop turns.
    void beat(Server server) {
        eventReporter.beat(server);
    }

    /// Reports that the worker accepts, or has stopped accepting, according to the last command.
    void acknowledged() {
        eventReporter.event(new WorkerEventMessage.CommandAcknowledged());
    }

    /// Serves according to the supervisor's commands; does not return.
    void serve(Server server, ServerProvider.Setup setup, EventLoop acceptLoop) throws IOException {
        Thread.currentThread().setName("polyserve-control");
        WorkerCommandLoop controlLoop = new WorkerCommandLoop(server, acceptLoop, this, serve.shared(),
                (now, command) -> reconfigured(now, command, setup));
        control = controlLoop;
        try {
            if (!serve.shared()) {
                WorkerWarmUp.hold(setup);
                controlLoop.warmUp();
                server.start();
            }
            eventReporter.event(new WorkerEventMessage.Ready());
            controlLoop.forever();
        } finally {
            // Reached only without memory or by a defect: a worker that reads no commands is useless. The caller reports
            // why, and closes the server.
            control = null;
            exitDeadline.within(EXIT_NANOS);
        }
    }

    /// Ends this process if the server stops without a command. **Thread**: any.
    void stopped() {
        WorkerCommandLoop reading = control;
        if (reading != null) {
            reading.stopped();
        }
    }

    /// Receives a transferred connection.
    void takes(WorkerCommand.TakeConnection take, int descriptor) throws IOException {
        eventReporter.takes(take.id());
        handed.take(take.slot(), descriptor, take.header());
    }

    /// The channel of the supervisor's commands. **Thread**: the one that reads them.
    WorkerControlChannel channel() {
        return channel;
    }

    /// The reporter of events to the supervisor.
    WorkerEventReporter eventReporter() {
        return eventReporter;
    }

    /// The signals that ask this worker to end.
    WorkerSignalHandler signals() {
        return signals;
    }

    /// Ends this worker: drains the server, and exits soon after the deadline whatever still blocks. A later call can only
    /// bring the deadline forward.
    void exit(Server server, Duration deadline) {
        exitDeadline.within(ServerContext.nanos(deadline) + EXIT_NANOS);
        Thread.ofPlatform().name("polyserve-end").start(() -> {
            try {
                eventReporter.awaitAccepted();
                server.drain(deadline);
                eventReporter.awaitTold(() -> server.connections().size());
                // The counters since the last heartbeat, too.
                eventReporter.beat(server);
                boolean _ = eventReporter.awaitSent(SENT);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                System.exit(0);
            }
        });
    }
}
