package dev.polyserve.linux.worker;

import dev.polyserve.spi.ModelVariant;
import dev.polyserve.ConnectionFilter;
import dev.polyserve.Endpoint;
import dev.polyserve.spi.Engine;
import dev.polyserve.OnFull;
import dev.polyserve.Options;
import dev.polyserve.Server;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.Transport;
import dev.polyserve.linux.process.ExitDeadline;
import dev.polyserve.linux.process.TerminalSignals;
import dev.polyserve.linux.socket.PreopenedSockets;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.run.Runner;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// What a worker process is there for, told by its supervisor before anything else; and its end of the [ControlChannel].
///
/// ```
///   here ─▶ prepared ─▶ runner ─▶ starting: READY ──orders──▶ SERVING ──Drain, the link's end──▶ ENDING ─▶ exit
/// ```
///
/// **Thread**: the one that comes to `Server.start()` reads the orders from then on, and never returns from there.
public final class WorkerMain {
    private static final long EXIT_NANOS = TimeUnit.SECONDS.toNanos(5);
    /// How long a supervisor that is busy has for a worker's last words.
    private static final Duration SENT = Duration.ofSeconds(1);
    private static final long FIRST_ORDER_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final ControlChannel channel;
    private final WorkerCommand.Serve serve;
    private final List<Integer> descriptors;
    private final EventReporter eventReporter;
    private final ReceivedTransport handed;
    private final ExitDeadline exitDeadline = ExitDeadline.start();

    private WorkerMain(ControlChannel channel, WorkerCommand.Serve serve, List<Integer> descriptors) {
        this.channel = channel;
        this.serve = serve;
        this.descriptors = descriptors;
        this.eventReporter = new EventReporter(channel, serve);
        this.handed = new ReceivedTransport(serve.slots());
    }

    /// Whether this process is a worker.
    public static boolean isWorker() {
        return WorkerProgram.isWorker();
    }

    /// This process's.
    ///
    /// @throws IllegalStateException when it has none, or its supervisor is gone
    public static WorkerMain here() {
        return Here.DUTY;
    }

    /// Told once.
    private static final class Here {
        private static final WorkerMain DUTY = read();

        private static WorkerMain read() {
            try {
                TerminalSignals.ignore();
                ControlChannel channel = WorkerProgram.channel();
                ControlChannel.Received first = channel.await(FIRST_ORDER_NANOS)
                        .orElseThrow(() -> new IOException("it says nothing"));
                return switch (first.messages().isEmpty() ? null : first.messages().getFirst()) {
                    case WorkerCommand.Serve serve -> new WorkerMain(channel, serve, first.descriptors());
                    case null -> throw new IOException("it is gone");
                    case ControlMessage other -> throw new IOException("it begins with " + other);
                };
            } catch (IOException e) {
                throw new IllegalStateException("this worker process has no supervisor: " + e.getMessage(), e);
            }
        }
    }

    /// What of the program's setup is served here: everything is reported, and the limit of connections is this worker's share.
    public Engine.Setup prepared(Engine.Setup setup) {
        requireSame(setup.endpoints());
        eventReporter.answersWith(setup.datagrams());
        // A connection that is handed over has passed the filters where it was accepted.
        List<ConnectionFilter> filters = serve.shared() ? setup.filters() : List.of();
        return new Engine.Setup(setup.endpoints(), setup.model(), setup.streams(), setup.datagrams(),
                shareOf(setup), List.of(), filters, List.of(), eventReporter);
    }

    /// What it keeps of the limits. One of several that is full turns nobody away while others are not, and none knows how many
    /// one address has at the others: that is for the supervisor to say. Who hands connections over also sees to the end of
    /// those that last too long, from when they were accepted.
    private Options shareOf(Engine.Setup setup) {
        return shareOf(setup.options().withMaxConnections(serve.connections()), setup);
    }

    private Options shareOf(Options options, Engine.Setup setup) {
        if (!serve.shared()) {
            return options.withTimeouts(times -> times.withConversation(Duration.ZERO));
        }
        return isOneOfSeveral(setup)
                ? options.withOnFull(OnFull.WAIT).withLimits(limits -> limits.withConnectionsPerAddress(0))
                : options;
    }

    private static boolean isOneOfSeveral(Engine.Setup setup) {
        return setup.model() instanceof ModelVariant.ProcessPool pool && pool.maxWorkers() > 1;
    }

    /// The options of this worker when the server's limits have changed. The supervisor says separately whether clients
    /// are turned away. What holds from the start of a process stays as it is.
    private Options reconfigured(Options now, WorkerCommand.ChangeLimits command, Engine.Setup setup) {
        Options wanted = now
                .withLimits(
                        limits -> command.limits().withQueue(limits.queue()).withDatagramBytes(limits.datagramBytes()))
                .withTimeouts(times -> command.timeouts().withStall(times.stall()).withSpin(times.spin()));
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

    /// Says why no other worker would do better, and ends this one.
    static IllegalStateException hopeless(String why) {
        System.err.println("polyserve: " + why);
        System.exit(WorkerPool.FATAL);
        return new IllegalStateException(why);
    }

    /// The listeners that came with the duty.
    public PreopenedSockets given() {
        PreopenedSockets given = new PreopenedSockets();
        for (int i = 0; i < descriptors.size(); i++) {
            WorkerCommand.Slot slot = serve.slots().get(i);
            switch (Endpoint.parse(slot.asked())) {
                case Endpoint.Inherited inherited -> given.name(inherited.name(), descriptors.get(i));
                case Endpoint other -> given.give(other, new PreopenedSockets.Given(descriptors.get(i), false,
                        Optional.of(Endpoint.parse(slot.real()))));
            }
        }
        return given;
    }

    /// Listeners whose connections the supervisor hands over.
    public Transport handed() {
        return handed;
    }

    /// The runner of a worker, around the one of the model that serves in it.
    public Runner runner(Runner inner, Engine.Setup setup) {
        return new WorkerRunner(inner, this, setup);
    }

    /// The worker's accept loop turns.
    void beat(Server server) {
        eventReporter.beat(server);
    }

    /// It accepts, or accepts nobody any more, as it was told last.
    void acknowledged() {
        eventReporter.event(new WorkerEvent.CommandAcknowledged());
    }

    /// Serves as the supervisor says. It does not return.
    void serve(Server server, Engine.Setup setup, EventLoop acceptLoop) throws IOException {
        Thread.currentThread().setName("polyserve-duty");
        ControlLoop controlLoop = new ControlLoop(server, acceptLoop, this, serve.shared(),
                (now, command) -> reconfigured(now, command, setup));
        try {
            if (!serve.shared()) {
                WarmUp.hold(setup);
                controlLoop.warmUp();
                server.start();
            }
            eventReporter.event(new WorkerEvent.Ready());
            controlLoop.forever();
        } finally {
            // Not reached, but for want of memory or by a defect: a worker that hears no orders is of no use.
            exitDeadline.within(EXIT_NANOS);
        }
    }

    /// A connection is handed over.
    void takes(WorkerCommand.TakeConnection take, int descriptor) throws IOException {
        eventReporter.takes(take.id());
        handed.take(take.slot(), descriptor);
    }

    /// Where the orders come from. **Thread**: the one that reads them.
    ControlChannel channel() {
        return channel;
    }

    /// What the supervisor is told.
    EventReporter eventReporter() {
        return eventReporter;
    }

    /// How a worker ends that has no more to do: with the drain, and soon after its deadline whatever holds it up then.
    void exit(Server server, Duration deadline) {
        exitDeadline.within(ServerContext.nanos(deadline) + EXIT_NANOS);
        Thread.ofPlatform().name("polyserve-end").start(() -> {
            try {
                server.drain(deadline);
                eventReporter.awaitTold(() -> server.connections().size());
                // What it has counted since the last time, too.
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
