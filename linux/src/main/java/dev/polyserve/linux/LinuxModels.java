package dev.polyserve.linux;

import dev.polyserve.Endpoint;
import dev.polyserve.Engine;
import dev.polyserve.Model;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.linux.ring.RingProbe;
import dev.polyserve.linux.socket.GivenSockets;
import dev.polyserve.linux.system.SystemCalls;
import dev.polyserve.run.ModelProvider;
import dev.polyserve.run.Runner;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Event loops on descriptors, and models of threads at endpoints for which the JDK has no channels, as `core` finds them.
public final class LinuxModels implements ModelProvider {
    private final GivenSockets given = GivenSockets.ofThisProcess();

    /// For [java.util.ServiceLoader].
    public LinuxModels() {}

    @Override
    public boolean provides(Model model, List<Endpoint> endpoints) {
        return switch (model) {
            case Model.Polling _, Model.Select _, Model.Poll _, Model.Epoll _, Model.IoUring _ -> true;
            case Model.Iterative _, Model.Threads _, Model.ThreadPool _, Model.VirtualThreads _ ->
                DescriptorModels.always() || endpoints.stream().anyMatch(this::needsDescriptor);
            case Model.ProcessPerConnection _, Model.ProcessPool _, Model.Nio _ -> false;
        };
    }

    private boolean needsDescriptor(Endpoint endpoint) {
        return given.has(endpoint) || switch (endpoint) {
            case Endpoint.Inherited _, Endpoint.UnixDatagram _ -> true;
            case Endpoint.Unix unix -> unix.isAbstract();
            case Endpoint.Tcp _, Endpoint.Udp _ -> false;
        };
    }

    @Override
    public Optional<String> whyNot(Model model) {
        return switch (model) {
            case Model.IoUring _ ->
                whyNoCalls().or(() -> RingProbe.whyNot().or(() -> trial(model)).map(why -> why + "; or use epoll"));
            case Model.Polling _, Model.Select _, Model.Poll _, Model.Epoll _ ->
                whyNoCalls().or(() -> trial(model).map(why -> why + "; or use nio or virtual"));
            case Model.Iterative _, Model.Threads _, Model.ThreadPool _, Model.VirtualThreads _ ->
                SystemCalls.whyNot().or(() -> trial(model)).map(why -> why
                        + "; or use it without unixgram:, unix:@name and fd:, which it cannot serve otherwise");
            case Model.ProcessPerConnection _, Model.ProcessPool _, Model.Nio _ ->
                throw DescriptorModels.notOurs(model);
        };
    }

    private static Optional<String> whyNoCalls() {
        return SystemCalls.whyNot().map(why -> why + "; or use nio or virtual");
    }

    private static Optional<String> trial(Model model) {
        return Trial.of(DescriptorModels.opening(model));
    }

    @Override
    public Runner runner(Model model, Engine.Setup setup, ServerContext context) throws IOException {
        return DescriptorModels.runner(model, given, setup, context);
    }
}
