package dev.polyserve.linux;

import dev.polyserve.Endpoint;
import dev.polyserve.spi.Engine;
import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.file.FileNameEncoding;
import dev.polyserve.io.HostResolver;
import dev.polyserve.linux.activation.Activation;
import dev.polyserve.linux.command.InetdRunner;
import dev.polyserve.linux.process.ChildProgram;
import dev.polyserve.linux.ring.RingProbe;
import dev.polyserve.linux.socket.PreopenedSockets;
import dev.polyserve.linux.system.SystemCalls;
import dev.polyserve.linux.supervisor.RemoteDatagrams;
import dev.polyserve.linux.worker.WorkerMain;
import dev.polyserve.linux.supervisor.ProcessPerConnectionRunner;
import dev.polyserve.linux.supervisor.ProcessPoolRunner;
import dev.polyserve.run.BlockingRunner;
import dev.polyserve.run.ModelProvider;
import dev.polyserve.run.Runner;
import dev.polyserve.run.Runners;
import dev.polyserve.run.SocketFamily;
import dev.polyserve.spi.HandlerExecution;
import dev.polyserve.spi.ModelPlan;
import dev.polyserve.spi.Multiplexing;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Provides to `core` the event loops on descriptors, the models of processes, and the models of threads at endpoints
/// for which the JDK has no channels.
public final class LinuxModels implements ModelProvider {
    private final PreopenedSockets given;

    /// For [java.util.ServiceLoader].
    public LinuxModels() {
        this(PreopenedSockets.ofThisProcess());
    }

    private LinuxModels(PreopenedSockets given) {
        this.given = given;
    }

    @Override
    public boolean provides(ModelPlan model, List<Endpoint> endpoints) {
        if (endpoints.stream().anyMatch(Endpoint.Inherited.class::isInstance)) {
            // Resolves the names of inherited sockets before the first request for one.
            Activation _ = Activation.ofThisProcess();
        }
        return switch (model.execution()) {
            case HandlerExecution.Threads _ ->
                DescriptorModels.always() || endpoints.stream().anyMatch(this::needsDescriptor);
            case HandlerExecution.Auto _ -> false;
            case HandlerExecution.Loops loops -> !loops.needsChannels();
            case HandlerExecution.Processes _ -> true;
        };
    }

    /// True when the endpoint needs a descriptor. A wildcard UDP port replies from the address that received the
    /// datagram only where the system reports that address. The JDK's Unix sockets lose clients with undecodable paths;
    /// descriptors keep the raw bytes.
    private boolean needsDescriptor(Endpoint endpoint) {
        return given.has(endpoint) || switch (endpoint) {
            case Endpoint.Inherited _, Endpoint.UnixDatagram _ -> true;
            case Endpoint.Unix unix ->
                unix.isAbstract() || (!FileNameEncoding.readsEveryName() && SystemCalls.whyNot().isEmpty());
            case Endpoint.Udp udp -> HostResolver.isWildcard(udp.host()) && SystemCalls.whyNot().isEmpty();
            case Endpoint.Tcp _, Endpoint.Tls _ -> false;
        };
    }

    @Override
    public Optional<String> whyNot(ModelPlan model) {
        return switch (model.execution()) {
            case HandlerExecution.Auto _ -> Optional.empty();
            case HandlerExecution.Loops loops -> whyNoLoops(loops.waitsIn());
            case HandlerExecution.Threads _ ->
                SystemCalls.whyNot().or(() -> trial(DescriptorModels.multiplexing(model)))
                        .map(why -> why
                                + "; or use it without unixgram:, unix:@name and fd:, which it cannot serve otherwise");
            case HandlerExecution.Processes processes ->
                whyNoProcesses().or(() -> processes.inner().flatMap(this::whyNotInWorkers));
        };
    }

    private static Optional<String> whyNoLoops(Multiplexing waitsIn) {
        Optional<String> whyNoCalls = SystemCalls.whyNot().map(why -> why + "; or use nio or virtual");
        return switch (waitsIn) {
            case Multiplexing.IoUring _ ->
                whyNoCalls.or(() -> RingProbe.whyNot().or(() -> trial(waitsIn)).map(why -> why + "; or use epoll"));
            case Multiplexing.Polling _, Multiplexing.Select _, Multiplexing.Poll _, Multiplexing.Epoll _ ->
                whyNoCalls.or(() -> trial(waitsIn).map(why -> why + "; or use nio or virtual"));
            case Multiplexing.JavaNio _ -> throw new IllegalArgumentException("nio is a model of another provider");
        };
    }

    private static Optional<String> whyNoProcesses() {
        return SystemCalls.whyNot().or(ChildProgram::whyNot).or(() -> trial(new Multiplexing.Epoll(false)))
                .map(why -> why + "; or use virtual or thread-pool");
    }

    private Optional<String> whyNotInWorkers(ModelPlan inner) {
        return inner.execution().needsChannels()
                ? Optional.of("its workers inherit a listener, which the JDK's channels of nio cannot take over;"
                        + " use epoll in them, which is the same on Linux")
                : whyNot(inner);
    }

    private static Optional<String> trial(Multiplexing waitsIn) {
        return SystemCallProbe.of(DescriptorModels.opening(waitsIn, new BufferBudget(Long.MAX_VALUE)));
    }

    @Override
    public boolean isWorker() {
        return WorkerMain.isWorker();
    }

    @Override
    public Engine.Setup prepared(Engine.Setup setup) {
        HandlerExecution execution = ModelPlan.of(setup.model()).execution();
        if (execution.processes().isEmpty()) {
            return setup;
        }
        if (isWorker()) {
            return WorkerMain.here().prepared(setup);
        }
        boolean datagramsElsewhere = execution.startsPerConnection()
                && !(setup.streams() instanceof Engine.Commands);
        return datagramsElsewhere && setup.datagrams() != null
                ? new Engine.Setup(setup.endpoints(), setup.model(), setup.streams(),
                        new RemoteDatagrams(setup.datagrams()), setup.options(), setup.tls(), setup.listeners(),
                        setup.filters(),
                        setup.periodic(), setup.reportsTo())
                : setup;
    }

    @Override
    public SocketFamily sockets(ModelPlan model, ServerContext context) {
        return DescriptorModels.sockets(model, given, context.budget());
    }

    @Override
    public Runner runner(HandlerExecution.Processes processes, Engine.Setup setup, ServerContext context)
            throws IOException {
        if (isWorker()) {
            WorkerMain worker = WorkerMain.here();
            return worker.runner(inWorker(processes, worker, setup, context), setup, context);
        }
        return switch (processes) {
            case HandlerExecution.ProcessPool pool -> ProcessPoolRunner.open(pool, context);
            case HandlerExecution.ProcessPerConnection one when setup.streams() instanceof Engine.Commands commands ->
                InetdRunner.open(commands.command(), one.maxWorkers(), given, context);
            case HandlerExecution.ProcessPerConnection one -> ProcessPerConnectionRunner.open(one, setup, context);
        };
    }

    private Runner inWorker(HandlerExecution.Processes processes, WorkerMain worker, Engine.Setup setup,
            ServerContext context) throws IOException {
        return switch (processes) {
            case HandlerExecution.ProcessPool pool ->
                Runners.of(pool.innerModel(), new LinuxModels(worker.given()), setup, context);
            case HandlerExecution.ProcessPerConnection _ -> BlockingRunner.iterative(worker.handed(), setup, context);
        };
    }
}
