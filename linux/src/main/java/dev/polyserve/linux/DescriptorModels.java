package dev.polyserve.linux;

import dev.polyserve.spi.ModelVariant;
import dev.polyserve.spi.Engine;
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

/// Runners for every single-process model over descriptors. `nio` is excluded: by definition it uses the JDK's
/// channels.
public final class DescriptorModels {
    private static volatile boolean always;

    private DescriptorModels() {}

    /// Sets whether servers of this process use descriptors even where the JDK's channels would do. A process that
    /// passes its sockets on needs that. **Thread**: any; the setting applies to servers bound afterwards.
    public static void always(boolean descriptors) {
        always = descriptors;
    }

    static boolean always() {
        return always;
    }

    /// Returns a runner of the model that is not started yet.
    ///
    /// @param given open sockets to serve instead of binding their endpoints
    /// @throws IOException when the system refuses a required call; nothing stays open
    /// @throws IllegalArgumentException when the model is `nio` or a model of processes
    public static Runner runner(Model model, PreopenedSockets given, Engine.Setup setup, ServerContext context)
            throws IOException {
        Transport sockets = sockets(model, given);
        LoopRunner.Opening opening = opening(model, context.budget());
        return switch (model) {
            case ModelVariant.Iterative _ ->
                BlockingRunner.open(ExecutorPolicy.iterative(), opening, sockets, setup, context);
            case ModelVariant.Threads _ ->
                BlockingRunner.open(ExecutorPolicy.threads(), opening, sockets, setup, context);
            case ModelVariant.ThreadPool pool ->
                BlockingRunner.open(ExecutorPolicy.pool(pool, setup.options()), opening, sockets, setup, context);
            case ModelVariant.VirtualThreads _ -> LoopRunner.beside(opening, sockets, setup, context);
            case ModelVariant.Epoll epoll -> LoopRunner.open(epoll.loops(), opening, sockets, setup, context);
            case ModelVariant.Poll poll -> LoopRunner.open(poll.loops(), opening, sockets, setup, context);
            case ModelVariant.Select select -> LoopRunner.open(select.loops(), opening, sockets, setup, context);
            case ModelVariant.IoUring ring -> LoopRunner.open(ring.loops(), opening, sockets, setup, context);
            case ModelVariant.Polling _ -> LoopRunner.open(1, opening, sockets, setup, context);
            case ModelVariant.ProcessPerConnection _, ModelVariant.ProcessPool _, ModelVariant.Nio _ ->
                throw notOurs(model);
        };
    }

    private static Transport sockets(Model model, PreopenedSockets given) {
        return switch (model) {
            case ModelVariant.IoUring _ ->
                new RingTransport(DescriptorTransport.unlimited().serving(given), WorkerMain.isWorker());
            case ModelVariant.Select _ -> DescriptorTransport.limitedTo(SelectMultiplexer.DESCRIPTORS).serving(given);
            case ModelVariant.Iterative _, ModelVariant.Threads _, ModelVariant.ThreadPool _, ModelVariant.VirtualThreads _, ModelVariant.Polling _, ModelVariant.Poll _, ModelVariant.Epoll _ ->
                DescriptorTransport.unlimited().serving(given);
            case ModelVariant.ProcessPerConnection _, ModelVariant.ProcessPool _, ModelVariant.Nio _ ->
                throw notOurs(model);
        };
    }

    /// Returns the factory of the multiplexer in which the model's loops wait, or, for a model of threads, in which it
    /// accepts.
    ///
    /// @param budget the budget in which the multiplexer's memory for connections counts
    static LoopRunner.Opening opening(Model model, BufferBudget budget) {
        return switch (model) {
            case ModelVariant.Epoll epoll when epoll.edgeTriggered() -> EdgeMultiplexer::new;
            case ModelVariant.Iterative _, ModelVariant.Threads _, ModelVariant.ThreadPool _, ModelVariant.VirtualThreads _, ModelVariant.Epoll _ ->
                EpollMultiplexer::new;
            case ModelVariant.Poll _ -> PollMultiplexer::new;
            case ModelVariant.Select _ -> SelectMultiplexer::new;
            case ModelVariant.IoUring _ -> () -> RingMultiplexer.open(budget);
            case ModelVariant.Polling polling -> () -> new PollingMultiplexer(polling.longestRest());
            case ModelVariant.ProcessPerConnection _, ModelVariant.ProcessPool _, ModelVariant.Nio _ ->
                throw notOurs(model);
        };
    }

    static IllegalArgumentException notOurs(Model model) {
        return new IllegalArgumentException("not a model over descriptors in one process: " + model.id());
    }
}
