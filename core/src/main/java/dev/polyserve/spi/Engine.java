package dev.polyserve.spi;

import dev.polyserve.Command;
import dev.polyserve.ConnectionFilter;
import dev.polyserve.DatagramHandler;
import dev.polyserve.Endpoint;
import dev.polyserve.Handler;
import dev.polyserve.Model;
import dev.polyserve.Options;
import dev.polyserve.Protocol;
import dev.polyserve.Server;
import dev.polyserve.ServerListener;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What carries out the public interface; found by [ServiceLoader], one in the `core` module.
public interface Engine {
    /// Why this machine or build cannot run the model, and what to use instead; empty when it can.
    Optional<String> whyNot(Model model);

    /// Binds every endpoint, or none, and returns the server, not yet accepting.
    Server bind(Setup setup) throws IOException;

    /// Whether this process is a worker of a server in another one.
    boolean isWorker();

    /// The engine of this program.
    static Engine load() {
        return Holder.ENGINE;
    }

    /// What a server is made of.
    ///
    /// @param endpoints where to listen, at least one
    /// @param model how handlers run at once
    /// @param streams what to do with connections; null when only datagrams are served
    /// @param datagrams what to do with datagrams; null when only connections are served
    /// @param options limits and times
    /// @param listeners what is told of events
    /// @param filters what decides which connections are served
    /// @param periodic what runs regularly
    /// @param reportsTo what is told of everything that happens, in place of the log and the listeners; null: those do
    record Setup(List<Endpoint> endpoints, Model model, @Nullable Streams streams, @Nullable DatagramHandler datagrams,
            Options options, List<ServerListener> listeners, List<ConnectionFilter> filters, List<Periodic> periodic,
            @Nullable ServerListener reportsTo) {
        /// Keeps its own copies.
        public Setup {
            endpoints = List.copyOf(endpoints);
            listeners = List.copyOf(listeners);
            filters = List.copyOf(filters);
            periodic = List.copyOf(periodic);
        }
    }

    /// What to do with connections: one of the two styles of a handler, or a program.
    sealed interface Streams {}

    /// Sequential handlers.
    ///
    /// @param factory asked once per connection
    record Sequential(Supplier<? extends Handler> factory) implements Streams {}

    /// Event-style protocols.
    ///
    /// @param factory asked once per connection
    record Events(Supplier<? extends Protocol> factory) implements Streams {}

    /// A program that is started for each connection.
    ///
    /// @param command which
    record Commands(Command command) implements Streams {}

    /// Something that runs regularly while the server serves.
    ///
    /// @param every the time from the end of one run to the start of the next
    /// @param action what runs
    record Periodic(Duration every, Runnable action) {}

    /// Loads once, on first use.
    final class Holder {
        private static final Engine ENGINE = ServiceLoader.load(Engine.class, Engine.class.getClassLoader()).findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "polyserve-core is damaged: no " + Engine.class.getName() + " is registered in it"));

        private Holder() {}
    }
}
