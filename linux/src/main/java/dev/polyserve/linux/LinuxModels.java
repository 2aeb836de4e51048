package dev.polyserve.linux;

import dev.polyserve.Engine;
import dev.polyserve.Model;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.Transport;
import dev.polyserve.linux.readiness.EdgeMultiplexer;
import dev.polyserve.linux.readiness.EpollMultiplexer;
import dev.polyserve.linux.readiness.PollMultiplexer;
import dev.polyserve.linux.readiness.PollingMultiplexer;
import dev.polyserve.linux.readiness.SelectMultiplexer;
import dev.polyserve.linux.ring.RingMultiplexer;
import dev.polyserve.linux.ring.RingProbe;
import dev.polyserve.linux.ring.RingTransport;
import dev.polyserve.linux.socket.DescriptorTransport;
import dev.polyserve.linux.system.SystemCalls;
import dev.polyserve.run.LoopRunner;
import dev.polyserve.run.ModelProvider;
import dev.polyserve.run.Runner;
import java.io.IOException;
import java.util.Optional;

/// Event loops on descriptors, as `core` finds them.
public final class LinuxModels implements ModelProvider {
    /// For [java.util.ServiceLoader].
    public LinuxModels() {}

    @Override
    public boolean provides(Model model) {
        return switch (model) {
            case Model.Polling _, Model.Select _, Model.Poll _, Model.Epoll _, Model.IoUring _ -> true;
            case Model.Iterative _, Model.Threads _, Model.ThreadPool _, Model.VirtualThreads _, Model.ProcessPerConnection _, Model.ProcessPool _, Model.Nio _ ->
                false;
        };
    }

    @Override
    public Optional<String> whyNot(Model model) {
        Optional<String> noCalls = SystemCalls.whyNot().map(why -> why + "; or use nio or virtual");
        return noCalls.isEmpty() && model instanceof Model.IoUring
                ? RingProbe.whyNot().map(why -> why + "; or use epoll")
                : noCalls;
    }

    @Override
    public Runner runner(Model model, Engine.Setup setup, ServerContext context) throws IOException {
        Transport sockets = DescriptorTransport.unlimited();
        return switch (model) {
            case Model.Epoll epoll when epoll.edgeTriggered() ->
                LoopRunner.open(epoll.loops(), EdgeMultiplexer::new, sockets, setup, context);
            case Model.Epoll epoll -> LoopRunner.open(epoll.loops(), EpollMultiplexer::new, sockets, setup, context);
            case Model.Poll poll -> LoopRunner.open(poll.loops(), PollMultiplexer::new, sockets, setup, context);
            case Model.Select select -> LoopRunner.open(select.loops(), SelectMultiplexer::new,
                    DescriptorTransport.limitedTo(SelectMultiplexer.DESCRIPTORS), setup, context);
            case Model.Polling polling ->
                LoopRunner.open(1, () -> new PollingMultiplexer(polling.longestRest()), sockets, setup, context);
            case Model.IoUring ring ->
                LoopRunner.open(ring.loops(), RingMultiplexer::open, new RingTransport(), setup, context);
            case Model.Iterative _, Model.Threads _, Model.ThreadPool _, Model.VirtualThreads _, Model.ProcessPerConnection _, Model.ProcessPool _, Model.Nio _ ->
                throw new IllegalArgumentException("not a model of this module: " + model.id());
        };
    }
}
