package dev.polyserve.linux;

import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.linux.multiplexer.EdgeTriggeredMultiplexer;
import dev.polyserve.linux.multiplexer.EpollMultiplexer;
import dev.polyserve.linux.multiplexer.PollMultiplexer;
import dev.polyserve.linux.multiplexer.PollingMultiplexer;
import dev.polyserve.linux.multiplexer.SelectMultiplexer;
import dev.polyserve.linux.ring.RingMultiplexer;
import dev.polyserve.linux.ring.RingSocketProvider;
import dev.polyserve.linux.socket.DescriptorSocketProvider;
import dev.polyserve.linux.socket.PreopenedSockets;
import dev.polyserve.linux.worker.WorkerMain;
import dev.polyserve.run.SocketBackend;
import dev.polyserve.spi.ModelDefinition;
import dev.polyserve.spi.MultiplexerKind;

/// Sockets over descriptors, for every model that runs in one process. `nio` is excluded: by definition it uses the
/// JDK's channels.
public final class DescriptorSocketBackend {
    private static volatile boolean always;

    private DescriptorSocketBackend() {}

    /// Sets whether servers of this process use descriptors even where the JDK's channels would do. A process that
    /// passes its sockets on needs that. **Thread**: any; the setting applies to servers bound afterwards.
    public static void always(boolean descriptors) {
        always = descriptors;
    }

    static boolean always() {
        return always;
    }

    /// The sockets of the model, and the multiplexer in which its loops wait, or, for a model of threads, in which it
    /// accepts.
    ///
    /// @param given open sockets to serve instead of binding their endpoints
    /// @param budget the budget in which the multiplexer's memory for connections counts
    static SocketBackend sockets(ModelDefinition model, PreopenedSockets given, BufferBudget budget) {
        MultiplexerKind multiplexing = multiplexing(model);
        return new SocketBackend(opening(multiplexing, budget), socketProvider(multiplexing, given), true);
    }

    /// What the model's loops wait in; a model of threads accepts in epoll.
    static MultiplexerKind multiplexing(ModelDefinition model) {
        return model.execution().multiplexing().orElseGet(() -> new MultiplexerKind.Epoll(false));
    }

    private static SocketProvider socketProvider(MultiplexerKind multiplexing, PreopenedSockets given) {
        return switch (multiplexing) {
            case MultiplexerKind.IoUring _ ->
                new RingSocketProvider(DescriptorSocketProvider.unlimited().serving(given), WorkerMain.isWorker());
            case MultiplexerKind.Select _ ->
                DescriptorSocketProvider.limitedTo(SelectMultiplexer.DESCRIPTORS).serving(given);
            case MultiplexerKind.Poll _, MultiplexerKind.Epoll _, MultiplexerKind.Polling _ ->
                DescriptorSocketProvider.unlimited().serving(given);
            case MultiplexerKind.JavaNio _ -> throw notOverDescriptors();
        };
    }

    static SocketBackend.Opening opening(MultiplexerKind multiplexing, BufferBudget budget) {
        return switch (multiplexing) {
            case MultiplexerKind.Epoll epoll when epoll.edgeTriggered() -> _ -> new EdgeTriggeredMultiplexer();
            case MultiplexerKind.Epoll _ -> _ -> new EpollMultiplexer();
            case MultiplexerKind.Poll _ -> _ -> new PollMultiplexer();
            case MultiplexerKind.Select _ -> _ -> new SelectMultiplexer();
            case MultiplexerKind.IoUring _ -> movable -> RingMultiplexer.open(budget, movable);
            case MultiplexerKind.Polling polling -> _ -> new PollingMultiplexer(polling.longestRest());
            case MultiplexerKind.JavaNio _ -> throw notOverDescriptors();
        };
    }

    private static IllegalArgumentException notOverDescriptors() {
        return new IllegalArgumentException("java.nio has selectors over the JDK's channels only");
    }
}
