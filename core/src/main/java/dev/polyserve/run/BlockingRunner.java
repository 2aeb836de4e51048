package dev.polyserve.run;

import dev.polyserve.Engine;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.HandlerConversation;
import dev.polyserve.conversation.ProtocolConversation;
import dev.polyserve.conversation.ProtocolPump;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.BlockingWire;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.io.Transport;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Every model in which a connection has a thread for its time: they differ in the [Host] alone.
///
/// The accept loop accepts and watches time limits; it is no daemon, so a started server keeps the program alive.
final class BlockingRunner implements Runner {
    private final Transport transport;
    private final Supplier<Host> hosts;
    private final boolean servesInline;
    private final Engine.@Nullable Streams style;
    private final ServerContext context;
    private final EventLoop acceptLoop;
    private final int capacity;
    private @Nullable Host host;

    /// @param hosts makes the host when the server starts
    /// @param capacity what that host takes at once
    BlockingRunner(Transport transport, Multiplexer multiplexer, Supplier<Host> hosts, int capacity,
            boolean servesInline,
            Engine.@Nullable Streams style, ServerContext context) {
        this.transport = transport;
        this.hosts = hosts;
        this.capacity = capacity;
        this.servesInline = servesInline;
        this.style = style;
        this.context = context;
        this.acceptLoop = new EventLoop("polyserve-accept", multiplexer, context.clock(), false, false, 0,
                LoopErrors.reportedTo(context.log()));
    }

    @Override
    public Transport transport() {
        return transport;
    }

    @Override
    public void start(Consumer<? super IOException> whenLost) {
        host = hosts.get();
        acceptLoop.start(whenLost);
    }

    @Override
    public EventLoop acceptLoop() {
        return acceptLoop;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public boolean servesInline() {
        return servesInline;
    }

    @Override
    public Prepared prepare(StreamSocket socket, Conversation.Identity identity) {
        BlockingWire wire = new BlockingWire(socket);
        return switch (style) {
            case Engine.Sequential sequential -> {
                var conversation = new HandlerConversation(context, identity, sequential.factory(), wire);
                yield new Ready(conversation, conversation::run);
            }
            case Engine.Events events -> {
                var conversation = ProtocolConversation.pumped(context, identity, events.factory(), wire);
                yield new Ready(conversation, new ProtocolPump(conversation, wire)::run);
            }
            case null -> throw new IllegalStateException("nothing serves connections here");
        };
    }

    @Override
    public Optional<Executor> datagramExecutor() {
        return Optional.of(task -> requireHost().run(task, "polyserve-datagram"));
    }

    @Override
    public boolean owns(Thread thread) {
        return thread.equals(acceptLoop.thread());
    }

    @Override
    public void stop() {
        if (host != null) {
            host.close().forEach(Runnable::run);
        }
        acceptLoop.close();
        acceptLoop.awaitEnd();
    }

    private Host requireHost() {
        if (host == null) {
            throw new IllegalStateException("the server was not started");
        }
        return host;
    }

    /// A conversation and the task that holds it.
    private final class Ready implements Prepared {
        private final Conversation conversation;
        private final Runnable body;

        Ready(Conversation conversation, Runnable body) {
            this.conversation = conversation;
            this.body = body;
        }

        @Override
        public Conversation conversation() {
            return conversation;
        }

        @Override
        public void begin() {
            acceptLoop.watch(conversation);
            requireHost().run(body, "polyserve-" + conversation.id() + " " + conversation.peer());
        }
    }
}
