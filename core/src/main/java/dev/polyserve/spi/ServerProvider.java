package dev.polyserve.spi;

import dev.polyserve.Codec;
import dev.polyserve.InetdCommand;
import dev.polyserve.ConnectionFilter;
import dev.polyserve.Client;
import dev.polyserve.Connection;
import dev.polyserve.DatagramHandler;
import dev.polyserve.Endpoint;
import dev.polyserve.Handler;
import dev.polyserve.MessageHandler;
import dev.polyserve.Model;
import dev.polyserve.Networks;
import dev.polyserve.Options;
import dev.polyserve.Protocol;
import dev.polyserve.Server;
import dev.polyserve.ServerListener;
import dev.polyserve.ServerStats;
import dev.polyserve.Tls;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Creates the servers of the public interface; found by [ServiceLoader], one in the `core` module.
public interface ServerProvider {
    /// Why this machine or build cannot run the model, and what to use instead; empty when it can.
    Optional<String> whyNot(Model model);

    /// The model that stands in for `auto` here, alone or in worker processes; empty if the model is another one.
    ///
    /// @param mayWait whether the server has handlers that may wait, rather than protocols or datagrams only
    Optional<AutoModelChoice> choice(Model model, boolean mayWait);

    /// Binds every endpoint, or none, and returns the server, not yet accepting.
    Server bind(Setup setup) throws IOException;

    /// Begins a connection outside of a server, and waits until it is connected, as [dev.polyserve.Client#connect].
    Connection connect(Client to) throws IOException;

    /// What owns connections that threads outside of servers have taken from a pool.
    ConnectionOwner thread();

    /// Whether this process is a worker of a server in another one.
    boolean isWorker();

    /// Has a server of this engine refuse addresses that another program has refused; each goes on for as long as it still
    /// was. Without a rule for bans ([Options.Ban]), the server refuses none.
    void takeBans(Server server, Map<Networks, Duration> left);

    /// The provider of this program.
    static ServerProvider load() {
        return Holder.ENGINE;
    }

    /// What a server is made of.
    ///
    /// @param endpoints where to listen; without any, it serves connections that it begins only
    /// @param model how handlers run concurrently
    /// @param streams how connections are served; null when only datagrams are served
    /// @param datagrams how datagrams are served one by one; null when they are not
    /// @param sessions how the datagrams of each peer are served together; null when they are not
    /// @param options limits and times
    /// @param tls the identity of the server at `tls://` endpoints; null: it has none
    /// @param listeners the receivers of events
    /// @param filters the filters that decide which connections are served
    /// @param periodic the actions that run periodically
    /// @param reportsTo the receiver of every event, in place of the log and the listeners; null: those receive them
    /// @param upstreams tells the figures of the servers that the handlers connect to
    record Setup(List<Endpoint> endpoints, Model model, @Nullable Streams streams, @Nullable DatagramHandler datagrams,
            @Nullable Sessions sessions, Options options, @Nullable Tls tls, List<ServerListener> listeners,
            List<ConnectionFilter> filters,
            List<Periodic> periodic,
            @Nullable ServerListener reportsTo,
            Supplier<? extends List<? extends ServerStats.UpstreamStats>> upstreams) {
        /// Copies the lists.
        public Setup {
            endpoints = List.copyOf(endpoints);
            listeners = List.copyOf(listeners);
            filters = List.copyOf(filters);
            periodic = List.copyOf(periodic);
        }

        /// A server without sessions and upstreams.
        public Setup(List<Endpoint> endpoints, Model model, @Nullable Streams streams,
                @Nullable DatagramHandler datagrams, Options options, @Nullable Tls tls,
                List<ServerListener> listeners, List<ConnectionFilter> filters, List<Periodic> periodic,
                @Nullable ServerListener reportsTo) {
            this(endpoints, model, streams, datagrams, null, options, tls, listeners, filters, periodic, reportsTo,
                    List::of);
        }

        /// Whether a handler may wait, rather than only protocols and handlers of single datagrams, which may not.
        public boolean mayWait() {
            return sessions != null || streams instanceof Sequential || streams instanceof Messages<?>;
        }

        /// The same with another model.
        public Setup with(Model other) {
            return new Setup(endpoints, other, streams, datagrams, sessions, options, tls, listeners, filters, periodic,
                    reportsTo, upstreams);
        }

        /// The same with another handler of datagrams.
        public Setup with(DatagramHandler other) {
            return new Setup(endpoints, model, streams, other, sessions, options, tls, listeners, filters, periodic,
                    reportsTo, upstreams);
        }

        /// What a worker process serves of it.
        ///
        /// @param limits its share of the limits
        /// @param recorders what records its connections
        /// @param itsFilters those that decide there
        /// @param reporter receives every event
        public Setup inWorker(Options limits, List<ServerListener> recorders, List<ConnectionFilter> itsFilters,
                ServerListener reporter) {
            return new Setup(endpoints, model, streams, datagrams, sessions, limits, tls, recorders, itsFilters,
                    List.of(), reporter, upstreams);
        }
    }

    /// How connections are served: one of the three handler styles, or a program.
    sealed interface Streams {}

    /// Sequential handlers.
    ///
    /// @param factory called once per connection
    record Sequential(Supplier<? extends Handler> factory) implements Streams {}

    /// Event-style protocols.
    ///
    /// @param factory called once per connection
    record Events(Supplier<? extends Protocol> factory) implements Streams {}

    /// Handlers of messages.
    ///
    /// @param codec splits the input into messages
    /// @param factory called once per connection
    /// @param inFlight how many messages of a connection are handled at once, at most
    /// @param inOrder whether replies are sent in the order of the messages
    record Messages<T>(Codec<T> codec, Supplier<? extends MessageHandler<T>> factory, int inFlight,
            boolean inOrder) implements Streams {
        /// The same with another limit.
        public Messages<T> inFlight(int most, boolean ordered) {
            return new Messages<>(codec, factory, most, ordered);
        }
    }

    /// A program that is started for each connection.
    ///
    /// @param command the program to start
    record Commands(InetdCommand command) implements Streams {}

    /// Sequential handlers of the datagrams of a peer each.
    ///
    /// @param idle how long a handler waits for a datagram at most
    /// @param factory called once per session
    record Sessions(Duration idle, Supplier<? extends Handler> factory) {}

    /// An action that runs periodically while the server serves.
    ///
    /// @param every the time from the end of one run to the start of the next
    /// @param action the action to run
    record Periodic(Duration every, Runnable action) {}

    /// Loads once, on first use.
    final class Holder {
        private static final ServerProvider ENGINE = ServiceLoader
                .load(ServerProvider.class, ServerProvider.class.getClassLoader()).findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "polyserve-core is damaged: no " + ServerProvider.class.getName() + " is registered in it"));

        private Holder() {}
    }
}
