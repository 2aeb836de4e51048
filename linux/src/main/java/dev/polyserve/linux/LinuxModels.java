package dev.polyserve.linux;

import dev.polyserve.spi.ModelVariant;
import dev.polyserve.Endpoint;
import dev.polyserve.spi.Engine;
import dev.polyserve.Model;
import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.file.FileNames;
import dev.polyserve.io.HostResolver;
import dev.polyserve.linux.activation.Activation;
import dev.polyserve.linux.command.CommandRunner;
import dev.polyserve.linux.process.Program;
import dev.polyserve.linux.multiplexer.EpollMultiplexer;
import dev.polyserve.linux.ring.RingProbe;
import dev.polyserve.linux.socket.PreopenedSockets;
import dev.polyserve.linux.system.SystemCalls;
import dev.polyserve.linux.supervisor.RemoteDatagrams;
import dev.polyserve.linux.worker.WorkerMain;
import dev.polyserve.linux.supervisor.PerConnectionRunner;
import dev.polyserve.linux.supervisor.PoolRunner;
import dev.polyserve.run.BlockingRunner;
import dev.polyserve.run.ExecutorPolicy;
import dev.polyserve.run.ModelProvider;
import dev.polyserve.run.Runner;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Provides to `core` the event loops on descriptors, the models of processes, and the models of threads at endpoints
/// for which the JDK has no channels.
public final class LinuxModels implements ModelProvider {
    private final PreopenedSockets given = PreopenedSockets.ofThisProcess();

    /// For [java.util.ServiceLoader].
    public LinuxModels() {}

    @Override
    public boolean provides(Model model, List<Endpoint> endpoints) {
        if (endpoints.stream().anyMatch(Endpoint.Inherited.class::isInstance)) {
            // Resolves the names of inherited sockets before the first request for one.
            Activation _ = Activation.ofThisProcess();
        }
        return switch (model) {
            case ModelVariant.Polling _, ModelVariant.Select _, ModelVariant.Poll _, ModelVariant.Epoll _, ModelVariant.IoUring _ ->
                true;
            case ModelVariant.Iterative _, ModelVariant.Threads _, ModelVariant.ThreadPool _, ModelVariant.VirtualThreads _ ->
                DescriptorModels.always() || endpoints.stream().anyMatch(this::needsDescriptor);
            case ModelVariant.ProcessPerConnection _, ModelVariant.ProcessPool _ -> true;
            case ModelVariant.Nio _ -> false;
        };
    }

    /// True when the endpoint needs a descriptor. A wildcard UDP port replies from the address that received the
    /// datagram only where the system reports that address. The JDK's Unix sockets lose clients with undecodable paths;
    /// descriptors keep the raw bytes.
    private boolean needsDescriptor(Endpoint endpoint) {
        return given.has(endpoint) || switch (endpoint) {
            case Endpoint.Inherited _, Endpoint.UnixDatagram _ -> true;
            case Endpoint.Unix unix ->
                unix.isAbstract() || (!FileNames.readsEveryName() && SystemCalls.whyNot().isEmpty());
            case Endpoint.Udp udp -> HostResolver.isWildcard(udp.host()) && SystemCalls.whyNot().isEmpty();
            case Endpoint.Tcp _ -> false;
        };
    }

    @Override
    public Optional<String> whyNot(Model model) {
        return switch (model) {
            case ModelVariant.IoUring _ ->
                whyNoCalls().or(() -> RingProbe.whyNot().or(() -> trial(model)).map(why -> why + "; or use epoll"));
            case ModelVariant.Polling _, ModelVariant.Select _, ModelVariant.Poll _, ModelVariant.Epoll _ ->
                whyNoCalls().or(() -> trial(model).map(why -> why + "; or use nio or virtual"));
            case ModelVariant.Iterative _, ModelVariant.Threads _, ModelVariant.ThreadPool _, ModelVariant.VirtualThreads _ ->
                SystemCalls.whyNot().or(() -> trial(model)).map(why -> why
                        + "; or use it without unixgram:, unix:@name and fd:, which it cannot serve otherwise");
            case ModelVariant.ProcessPerConnection _ -> whyNoProcesses();
            case ModelVariant.ProcessPool pool -> whyNoProcesses().or(() -> whyNotInWorkers(pool.inner()));
            case ModelVariant.Nio _ -> throw DescriptorModels.notOurs(model);
        };
    }

    private static Optional<String> whyNoProcesses() {
        return SystemCalls.whyNot().or(Program::whyNot).or(() -> trial(Model.epoll()))
                .map(why -> why + "; or use virtual or thread-pool");
    }

    private Optional<String> whyNotInWorkers(Model inner) {
        return inner instanceof ModelVariant.Nio
                ? Optional.of("its workers inherit a listener, which the JDK's channels of nio cannot take over;"
                        + " use epoll in them, which is the same on Linux")
                : whyNot(inner);
    }

    private static Optional<String> whyNoCalls() {
        return SystemCalls.whyNot().map(why -> why + "; or use nio or virtual");
    }

    private static Optional<String> trial(Model model) {
        return LoopProbe.of(DescriptorModels.opening(model, new BufferBudget(Long.MAX_VALUE)));
    }

    @Override
    public boolean isWorker() {
        return WorkerMain.isWorker();
    }

    @Override
    public Engine.Setup prepared(Engine.Setup setup) {
        return switch (setup.model()) {
            case ModelVariant.ProcessPerConnection _, ModelVariant.ProcessPool _ when isWorker() ->
                WorkerMain.here().prepared(setup);
            case ModelVariant.ProcessPerConnection _ when setup.streams() instanceof Engine.Commands -> setup;
            case ModelVariant.ProcessPerConnection _ when setup.datagrams() != null ->
                new Engine.Setup(setup.endpoints(), setup.model(), setup.streams(),
                        new RemoteDatagrams(setup.datagrams()),
                        setup.options(), setup.listeners(), setup.filters(), setup.periodic(), setup.reportsTo());
            case ModelVariant.Iterative _, ModelVariant.Threads _, ModelVariant.ThreadPool _, ModelVariant.VirtualThreads _, ModelVariant.ProcessPerConnection _, ModelVariant.ProcessPool _, ModelVariant.Polling _, ModelVariant.Select _, ModelVariant.Poll _, ModelVariant.Epoll _, ModelVariant.IoUring _, ModelVariant.Nio _ ->
                setup;
        };
    }

    @Override
    public Runner runner(Model model, Engine.Setup setup, ServerContext context) throws IOException {
        return switch (model) {
            case ModelVariant.ProcessPool pool when isWorker() -> {
                WorkerMain workerMain = WorkerMain.here();
                yield workerMain.runner(DescriptorModels.runner(pool.inner(), workerMain.given(), setup, context),
                        setup);
            }
            case ModelVariant.ProcessPerConnection _ when isWorker() -> {
                WorkerMain workerMain = WorkerMain.here();
                yield workerMain.runner(
                        BlockingRunner.open(ExecutorPolicy.iterative(), EpollMultiplexer::new, workerMain.handed(),
                                setup, context),
                        setup);
            }
            case ModelVariant.ProcessPool pool -> PoolRunner.open(pool, context);
            case ModelVariant.ProcessPerConnection one when setup.streams() instanceof Engine.Commands commands ->
                CommandRunner.open(commands.command(), one.maxWorkers(), given, context);
            case ModelVariant.ProcessPerConnection one -> PerConnectionRunner.open(one, setup, context);
            case ModelVariant.Iterative _, ModelVariant.Threads _, ModelVariant.ThreadPool _, ModelVariant.VirtualThreads _, ModelVariant.Polling _, ModelVariant.Select _, ModelVariant.Poll _, ModelVariant.Epoll _, ModelVariant.IoUring _, ModelVariant.Nio _ ->
                DescriptorModels.runner(model, given, setup, context);
        };
    }
}
