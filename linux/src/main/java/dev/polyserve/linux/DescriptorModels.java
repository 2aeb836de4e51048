package dev.polyserve.linux;

import dev.polyserve.Engine;
import dev.polyserve.Model;
import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.Transport;
import dev.polyserve.linux.multiplexer.EdgeMultiplexer;
import dev.polyserve.linux.multiplexer.EpollMultiplexer;
import dev.polyserve.linux.multiplexer.PollMultiplexer;
import dev.polyserve.linux.multiplexer.PollingMultiplexer;
import dev.polyserve.linux.multiplexer.SelectMultiplexer;
import dev.polyserve.linux.ring.RingMultiplexer;
import dev.polyserve.linux.ring.RingTransport;
import dev.polyserve.linux.socket.DescriptorTransport;
import dev.polyserve.linux.socket.PreopenedSockets;
import dev.polyserve.linux.worker.WorkerMain;
import dev.polyserve.run.BlockingRunner;
import dev.polyserve.run.ExecutorPolicy;
import dev.polyserve.run.LoopRunner;
import dev.polyserve.run.Runner;
import java.io.IOException;

/// Every model of one process over descriptors, but `nio`, which is the JDK's channels by definition.
public final class DescriptorModels {
    private static volatile boolean always;

    private DescriptorModels() {}

    /// Whether servers of this process that could use the JDK's channels use descriptors instead, as a process may want that hands
    /// its sockets on. **Thread**: any; it holds for servers bound afterwards.
    public static void always(boolean descriptors) {
        always = descriptors;
    }

    static boolean always() {
        return always;
    }

    /// A runner of the model, not yet started.
    ///
    /// @param given open sockets that it serves instead of binding their endpoints
    /// @throws IOException when the system refuses what it needs; nothing stays open
    /// @throws IllegalArgumentException when the model is `nio` or one of processes
    public static Runner runner(Model model, PreopenedSockets given, Engine.Setup setup, ServerContext context)
            throws IOException {
        Transport sockets = sockets(model, given);
        LoopRunner.Opening opening = opening(model, context.budget());
        return switch (model) {
            case Model.Iterative _ -> BlockingRunner.open(ExecutorPolicy.iterative(), opening, sockets, setup, context);
            case Model.Threads _ -> BlockingRunner.open(ExecutorPolicy.threads(), opening, sockets, setup, context);
            case Model.ThreadPool pool ->
                BlockingRunner.open(ExecutorPolicy.pool(pool, setup.options()), opening, sockets, setup, context);
            case Model.VirtualThreads _ -> LoopRunner.beside(opening, sockets, setup, context);
            case Model.Epoll epoll -> LoopRunner.open(epoll.loops(), opening, sockets, setup, context);
            case Model.Poll poll -> LoopRunner.open(poll.loops(), opening, sockets, setup, context);
            case Model.Select select -> LoopRunner.open(select.loops(), opening, sockets, setup, context);
            case Model.IoUring ring -> LoopRunner.open(ring.loops(), opening, sockets, setup, context);
            case Model.Polling _ -> LoopRunner.open(1, opening, sockets, setup, context);
            case Model.ProcessPerConnection _, Model.ProcessPool _, Model.Nio _ -> throw notOurs(model);
        };
    }

    private static Transport sockets(Model model, PreopenedSockets given) {
        return switch (model) {
            case Model.IoUring _ ->
                new RingTransport(DescriptorTransport.unlimited().serving(given), WorkerMain.isWorker());
            case Model.Select _ -> DescriptorTransport.limitedTo(SelectMultiplexer.DESCRIPTORS).serving(given);
            case Model.Iterative _, Model.Threads _, Model.ThreadPool _, Model.VirtualThreads _, Model.Polling _, Model.Poll _, Model.Epoll _ ->
                DescriptorTransport.unlimited().serving(given);
            case Model.ProcessPerConnection _, Model.ProcessPool _, Model.Nio _ -> throw notOurs(model);
        };
    }

    /// What opens that in which its loops wait, or that of threads in which it accepts.
    ///
    /// @param budget where the memory counts that it holds for connections
    static LoopRunner.Opening opening(Model model, BufferBudget budget) {
        return switch (model) {
            case Model.Epoll epoll when epoll.edgeTriggered() -> EdgeMultiplexer::new;
            case Model.Iterative _, Model.Threads _, Model.ThreadPool _, Model.VirtualThreads _, Model.Epoll _ ->
                EpollMultiplexer::new;
            case Model.Poll _ -> PollMultiplexer::new;
            case Model.Select _ -> SelectMultiplexer::new;
            case Model.IoUring _ -> () -> RingMultiplexer.open(budget);
            case Model.Polling polling -> () -> new PollingMultiplexer(polling.longestRest());
            case Model.ProcessPerConnection _, Model.ProcessPool _, Model.Nio _ -> throw notOurs(model);
        };
    }

    static IllegalArgumentException notOurs(Model model) {
        return new IllegalArgumentException("not a model over descriptors in one process: " + model.id());
    }
}
