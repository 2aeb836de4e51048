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
        return noCalls.or(() -> switch (model) {
            case Model.IoUring _ ->
                RingProbe.whyNot().or(() -> Trial.of(opening(model))).map(why -> why + "; or use epoll");
            case Model.Polling _, Model.Select _, Model.Poll _, Model.Epoll _ ->
                Trial.of(opening(model)).map(why -> why + "; or use nio or virtual");
            case Model.Iterative _, Model.Threads _, Model.ThreadPool _, Model.VirtualThreads _, Model.ProcessPerConnection _, Model.ProcessPool _, Model.Nio _ ->
                throw notOurs(model);
        });
    }

    @Override
    public Runner runner(Model model, Engine.Setup setup, ServerContext context) throws IOException {
        return LoopRunner.open(loops(model), opening(model), sockets(model), setup, context);
    }

    private static Transport sockets(Model model) {
        return switch (model) {
            case Model.IoUring _ -> new RingTransport();
            case Model.Select _ -> DescriptorTransport.limitedTo(SelectMultiplexer.DESCRIPTORS);
            case Model.Polling _, Model.Poll _, Model.Epoll _ -> DescriptorTransport.unlimited();
            case Model.Iterative _, Model.Threads _, Model.ThreadPool _, Model.VirtualThreads _, Model.ProcessPerConnection _, Model.ProcessPool _, Model.Nio _ ->
                throw notOurs(model);
        };
    }

    private static int loops(Model model) {
        return switch (model) {
            case Model.Epoll epoll -> epoll.loops();
            case Model.Poll poll -> poll.loops();
            case Model.Select select -> select.loops();
            case Model.IoUring ring -> ring.loops();
            case Model.Polling _ -> 1;
            case Model.Iterative _, Model.Threads _, Model.ThreadPool _, Model.VirtualThreads _, Model.ProcessPerConnection _, Model.ProcessPool _, Model.Nio _ ->
                throw notOurs(model);
        };
    }

    private static LoopRunner.Opening opening(Model model) {
        return switch (model) {
            case Model.Epoll epoll when epoll.edgeTriggered() -> EdgeMultiplexer::new;
            case Model.Epoll _ -> EpollMultiplexer::new;
            case Model.Poll _ -> PollMultiplexer::new;
            case Model.Select _ -> SelectMultiplexer::new;
            case Model.IoUring _ -> RingMultiplexer::open;
            case Model.Polling polling -> () -> new PollingMultiplexer(polling.longestRest());
            case Model.Iterative _, Model.Threads _, Model.ThreadPool _, Model.VirtualThreads _, Model.ProcessPerConnection _, Model.ProcessPool _, Model.Nio _ ->
                throw notOurs(model);
        };
    }

    private static IllegalArgumentException notOurs(Model model) {
        return new IllegalArgumentException("not a model of this module: " + model.id());
    }
}
