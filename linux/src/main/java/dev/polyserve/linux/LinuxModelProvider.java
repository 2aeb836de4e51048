package dev.polyserve.linux;

import dev.polyserve.Endpoint;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.file.FileNameEncoding;
import dev.polyserve.io.HostResolver;
import dev.polyserve.linux.activation.SocketActivation;
import dev.polyserve.linux.command.InetdRunner;
import dev.polyserve.linux.process.ChildProgram;
import dev.polyserve.linux.ring.RingProbe;
import dev.polyserve.linux.socket.PreopenedSockets;
import dev.polyserve.linux.system.SystemCalls;
import dev.polyserve.linux.supervisor.WorkerDatagramForwarder;
import dev.polyserve.linux.worker.WorkerMain;
import dev.polyserve.linux.supervisor.ProcessPerConnectionRunner;
import dev.polyserve.linux.supervisor.ProcessPoolRunner;
import dev.polyserve.run.BlockingRunner;
import dev.polyserve.run.ModelProvider;
import dev.polyserve.run.Runner;
import dev.polyserve.run.Runners;
import dev.polyserve.run.SocketBackend;
import dev.polyserve.spi.HandlerExecutionStrategy;
import dev.polyserve.spi.ModelDefinition;
import dev.polyserve.spi.MultiplexerKind;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Provides to `core` the event loops on descriptors, the models of processes, and the models of threads at endpoints
/// for which the JDK has no channels.
public final class LinuxModelProvider implements ModelProvider {
    private final PreopenedSockets given;

    /// For [java.util.ServiceLoader].
    public LinuxModelProvider() {
        this(PreopenedSockets.ofThisProcess());
    }

    private LinuxModelProvider(PreopenedSockets given) {
        this.given = given;
    }

    @Override
    public boolean provides(ModelDefinition model, List<Endpoint> endpoints) {
        if (endpoints.stream().anyMatch(Endpoint.Inherited.class::isInstance)) {
            // Resolves the names of inherited sockets before the first request for one.
            SocketActivation _ = SocketActivation.ofThisProcess();
        }
        return switch (model.execution()) {
            case HandlerExecutionStrategy.Threads _ ->
                DescriptorSocketBackend.always() || endpoints.stream().anyMatch(this::needsDescriptor);
            case HandlerExecutionStrategy.Auto _ -> false;
            case HandlerExecutionStrategy.Loops loops -> !loops.needsChannels();
            case HandlerExecutionStrategy.Processes _ -> true;
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
    public Optional<String> whyNot(ModelDefinition model) {
        return switch (model.execution()) {
            case HandlerExecutionStrategy.Auto _ -> Optional.empty();
            case HandlerExecutionStrategy.Loops loops -> whyNoLoops(loops.waitsIn());
            case HandlerExecutionStrategy.Threads _ ->
                SystemCalls.whyNot().or(() -> trial(DescriptorSocketBackend.multiplexing(model)))
                        .map(why -> why
                                + "; or use it without unixgram:, unix:@name and fd:, which it cannot serve otherwise");
            case HandlerExecutionStrategy.Processes processes ->
                whyNoProcesses().or(() -> processes.inner().flatMap(this::whyNotInWorkers));
        };
    }

    private static Optional<String> whyNoLoops(MultiplexerKind waitsIn) {
        Optional<String> whyNoCalls = SystemCalls.whyNot().map(why -> why + "; or use nio or virtual");
        return switch (waitsIn) {
            case MultiplexerKind.IoUring _ ->
                whyNoCalls.or(() -> RingProbe.whyNot().or(() -> trial(waitsIn)).map(why -> why + "; or use epoll"));
            case MultiplexerKind.Polling _, MultiplexerKind.Select _, MultiplexerKind.Poll _, MultiplexerKind.Epoll _ ->
                whyNoCalls.or(() -> trial(waitsIn).map(why -> why + "; or use nio or virtual"));
            case MultiplexerKind.JavaNio _ -> throw new IllegalArgumentException("nio is a model of another provider");
        };
    }

    private static Optional<String> whyNoProcesses() {
        return SystemCalls.whyNot().or(ChildProgram::whyNot).or(() -> trial(new MultiplexerKind.Epoll(false)))
                .map(why -> why + "; or use virtual or thread-pool");
    }

    private Optional<String> whyNotInWorkers(ModelDefinition inner) {
        return inner.execution().needsChannels()
                ? Optional.of("its workers inherit a listener, which the JDK's channels of nio cannot take over;"
                        + " use epoll in them, which is the same on Linux")
                : whyNot(inner);
    }

    private static Optional<String> trial(MultiplexerKind waitsIn) {
        return SystemCallProbe.of(DescriptorSocketBackend.opening(waitsIn, new BufferBudget(Long.MAX_VALUE)));
    }

    @Override
    public boolean isWorker() {
        return WorkerMain.isWorker();
    }

    @Override
    public ServerProvider.Setup prepared(ServerProvider.Setup setup) {
        HandlerExecutionStrategy execution = ModelDefinition.of(setup.model()).execution();
        if (execution.processes().isEmpty()) {
            return setup;
        }
        if (isWorker()) {
            return WorkerMain.here().prepared(setup);
        }
        boolean datagramsElsewhere = execution.startsPerConnection()
                && !(setup.streams() instanceof ServerProvider.Commands);
        return datagramsElsewhere && setup.datagrams() != null
                ? setup.with(new WorkerDatagramForwarder(setup.datagrams()))
                : setup;
    }

    @Override
    public SocketBackend sockets(ModelDefinition model, ServerContext context) {
        return DescriptorSocketBackend.sockets(model, given, context.budget());
    }

    @Override
    public Runner runner(HandlerExecutionStrategy.Processes processes, ServerProvider.Setup setup,
            ServerContext context)
            throws IOException {
        if (isWorker()) {
            WorkerMain worker = WorkerMain.here();
            return worker.runner(inWorker(processes, worker, setup, context), setup, context);
        }
        return switch (processes) {
            case HandlerExecutionStrategy.ProcessPool pool -> ProcessPoolRunner.open(pool, context);
            case HandlerExecutionStrategy.ProcessPerConnection one when setup
                    .streams() instanceof ServerProvider.Commands commands ->
                InetdRunner.open(commands.command(), one.maxWorkers(), given, context);
            case HandlerExecutionStrategy.ProcessPerConnection one ->
                ProcessPerConnectionRunner.open(one, setup, context);
        };
    }

    private Runner inWorker(HandlerExecutionStrategy.Processes processes, WorkerMain worker, ServerProvider.Setup setup,
            ServerContext context) throws IOException {
        return switch (processes) {
            case HandlerExecutionStrategy.ProcessPool pool ->
                Runners.of(pool.innerModel(), new LinuxModelProvider(worker.given()), setup, context);
            case HandlerExecutionStrategy.ProcessPerConnection _ ->
                BlockingRunner.iterative(worker.handed(), setup, context);
        };
    }
}
