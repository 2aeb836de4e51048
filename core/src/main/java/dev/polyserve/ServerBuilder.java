package dev.polyserve;

import dev.polyserve.spi.ServerProvider;
import dev.polyserve.spi.ListenSpecification;
import dev.polyserve.spi.HandlerExecutionStrategy;
import dev.polyserve.spi.ModelDefinition;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Describes a [Server], from [Server#at]: endpoints, handlers, model and limits.
///
/// The names follow one rule. A singular noun creates one object per connection: [#handler], [#protocol],
/// [#messageHandler], [#session], [#command]. A verb or a plural takes one object that serves all: [#handle], [#messages],
/// [#datagrams], [#sessions].
///
/// **Thread**: one at a time.
public final class ServerBuilder {
    private final List<Endpoint> endpoints = new ArrayList<>();
    /// The peers that must send a PROXY header, for the endpoints whose text names them.
    private final Map<Endpoint, Networks> sendersAt = new HashMap<>();
    private final List<ServerListener> listeners = new ArrayList<>();
    private final List<ConnectionFilter> filters = new ArrayList<>();
    private final List<ServerProvider.Periodic> periodic = new ArrayList<>();
    private @Nullable Model model;
    private Options options = Options.defaults();
    private ServerProvider.@Nullable Streams streams;
    private @Nullable DatagramHandler datagrams;
    private ServerProvider.@Nullable Sessions sessions;
    private @Nullable Tls tls;
    private Supplier<? extends List<? extends ServerStats.UpstreamStats>> upstreams = List::of;

    ServerBuilder(ListenSpecification first) {
        ServerBuilder _ = listen(first);
    }

    /// Without an endpoint.
    ServerBuilder() {}

    /// Adds an endpoint to listen at. After `?proxy=` it may name the peers that must send a PROXY header there, as in
    /// `tcp://*:25?proxy=10.0.0.0/8`, `unix:/run/app.sock?proxy=any`, or `udp://*:53?proxy=10.0.0.0/8`, where each datagram has
    /// one ([Options.ProxyProtocol]).
    public ServerBuilder listen(String endpoint) {
        return listen(ListenSpecification.parse(endpoint));
    }

    private ServerBuilder listen(ListenSpecification parsed) {
        parsed.senders().ifPresent(senders -> sendersAt.put(parsed.endpoint(), senders));
        return listen(parsed.endpoint());
    }

    /// Adds an endpoint to listen at.
    public ServerBuilder listen(Endpoint endpoint) {
        endpoints.add(endpoint);
        return this;
    }

    /// Chooses the concurrency model; the default is [Model#auto()], and [Model#process] for a command.
    public ServerBuilder model(Model how) {
        model = how;
        return this;
    }

    /// Serves connections with one handler shared by all, which any number of threads may call at once.
    public ServerBuilder handle(Handler shared) {
        return handler(() -> shared);
    }

    /// Serves each connection with a handler of its own, so that its fields are that connection's state.
    ///
    /// @param factory called once per connection
    public ServerBuilder handler(Supplier<? extends Handler> factory) {
        return streams(new ServerProvider.Sequential(factory));
    }

    /// Serves each connection with a protocol of its own, so that its fields are that connection's state.
    ///
    /// @param factory called once per connection
    public ServerBuilder protocol(Supplier<? extends Protocol> factory) {
        return streams(new ServerProvider.Events(factory));
    }

    /// Serves connections one message at a time with one handler shared by all, which any number of threads may call at
    /// once: `.messages(Framing.lines(), (line, client) -> client.writeLine(database.find(line)))`.
    ///
    /// @param codec splits the input into messages; it serves all connections
    public <T> ServerBuilder messages(Codec<T> codec, MessageHandler<T> shared) {
        return messageHandler(codec, () -> shared);
    }

    /// Serves each connection one message at a time with a handler of its own, so that its fields are that connection's
    /// state.
    ///
    /// @param codec splits the input into messages; it serves all connections
    /// @param factory called once per connection
    public <T> ServerBuilder messageHandler(Codec<T> codec, Supplier<? extends MessageHandler<T>> factory) {
        return streams(new ServerProvider.Messages<>(codec, factory, 1, true));
    }

    /// Lets up to `most` [#messages] of a connection be handled at once, and their replies be sent in the order of the
    /// messages. The next one begins when a handler waits, or on another thread; the fields of a handler need locks.
    ///
    /// It is a limit: a model in which a connection has one thread handles one message after another.
    public ServerBuilder inFlight(int most) {
        return inFlight(most, true);
    }

    /// The same, but each reply is sent, in one piece, when its message is handled: whichever is ready first. A handler that
    /// calls `flush` ends a piece: other replies may come between that and the rest of its own.
    public ServerBuilder inFlightUnordered(int most) {
        return inFlight(most, false);
    }

    private ServerBuilder inFlight(int most, boolean inOrder) {
        if (most < 1) {
            throw new IllegalArgumentException("inFlight: " + most + " is not positive");
        }
        if (!(streams instanceof ServerProvider.Messages<?> messages)) {
            throw new IllegalStateException("inFlight(…) follows messages(…) or messageHandler(…)");
        }
        streams = messages.inFlight(most, inOrder);
        return this;
    }

    /// Serves each connection with a process that runs this program, under [Model#process]; on Linux.
    public ServerBuilder command(InetdCommand command) {
        return streams(new ServerProvider.Commands(command));
    }

    /// Serves datagrams one by one, with one handler shared by all.
    public ServerBuilder datagrams(DatagramHandler shared) {
        requireNoSessions();
        datagrams = shared;
        return this;
    }

    /// Serves the datagrams of each peer as one connection, with one handler shared by all, which may wait.
    ///
    /// The first datagram of a peer begins the session. Each read returns the bytes of one datagram, 0 for one without bytes; what is
    /// left of it stays for the next read. Each write sends one. A codec's message, and a line, are one datagram, too, and
    /// end with it when they are read.
    ///
    /// A session ends when its handler returns, and when it has waited for a datagram for `idle`, with [Cause.TimedOut]. The next
    /// datagram begins another one. Datagrams for which there is no room are dropped and counted: those of a session whose
    /// queue is full ([Options.Limits#datagramQueueBytes]), and those of new peers beyond the limits of connections.
    ///
    /// Not under the models of processes, where any of them would receive the next datagram.
    ///
    /// @param idle how long a handler waits for a datagram at most, in place of [Options.Timeouts#idle]
    /// @throws IllegalArgumentException when `idle` is not positive
    public ServerBuilder sessions(Duration idle, Handler shared) {
        return session(idle, () -> shared);
    }

    /// As [#sessions], with a handler for each session, so that its fields are that session's state.
    ///
    /// @param factory called once per session
    public ServerBuilder session(Duration idle, Supplier<? extends Handler> factory) {
        requireNoSessions();
        if (datagrams != null) {
            throw new IllegalStateException("datagrams have one handler: datagrams(…) or sessions(…)");
        }
        if (idle.isNegative() || idle.isZero()) {
            throw new IllegalArgumentException(
                    "idle: " + TimeUnit.MILLISECONDS.convert(idle) + " ms is not positive");
        }
        sessions = new ServerProvider.Sessions(idle, factory);
        return this;
    }

    private void requireNoSessions() {
        if (sessions != null) {
            throw new IllegalStateException("datagrams have one handler: datagrams(…) or sessions(…)");
        }
    }

    /// Replaces the options.
    public ServerBuilder options(Options all) {
        options = all;
        return this;
    }

    /// Changes the options: `.options(o -> o.withMaxConnections(50))`.
    public ServerBuilder options(UnaryOperator<Options> change) {
        options = change.apply(options);
        return this;
    }

    /// Says how the server proves its identity at `tls://` endpoints, and where a handler calls [Connection#startTls].
    public ServerBuilder tls(Tls identity) {
        if (identity.isClient()) {
            throw new IllegalArgumentException("tls: a server needs Tls.server(…), and Tls.client() was given");
        }
        tls = identity;
        return this;
    }

    /// Adds a listener for the server's events; it is called after those added before.
    public ServerBuilder listener(ServerListener listener) {
        listeners.add(listener);
        return this;
    }

    /// Adds a filter: only connections that all filters accept are served.
    public ServerBuilder filter(ConnectionFilter filter) {
        filters.add(filter);
        return this;
    }

    /// Tells the figures of the servers that the handlers connect to, for [ServerStats#upstreams] and the metrics. With worker
    /// processes each worker is asked, and the supervisor has the sums; 64 upstreams at most.
    ///
    /// @param figures called by each [Server#stats] on its thread, so it must not wait
    public ServerBuilder upstreams(Supplier<? extends List<? extends ServerStats.UpstreamStats>> figures) {
        upstreams = figures;
        return this;
    }

    /// Runs an action periodically while the server serves, on a thread of its own; an exception is logged and the next
    /// run follows.
    ///
    /// @param every the time from the end of one run to the start of the next
    public ServerBuilder every(Duration every, Runnable action) {
        if (every.isNegative() || every.isZero()) {
            throw new IllegalArgumentException(
                    "every: " + TimeUnit.MILLISECONDS.convert(every) + " ms is not positive");
        }
        periodic.add(new ServerProvider.Periodic(every, action));
        return this;
    }

    /// Binds the endpoints without accepting yet; if one fails, none stays bound.
    ///
    /// @throws IOException naming the endpoint that cannot be bound, and why
    /// @throws ModelUnavailableException when this machine cannot run the model
    /// @throws IllegalStateException when an endpoint has no handler, or a command or sessions have a model that cannot serve
    ///     them
    public Server bind() throws IOException {
        return ServerProvider.load()
                .bind(new ServerProvider.Setup(endpoints, how(), streams, datagrams, sessions, allOptions(), tls,
                        listeners,
                        filters, periodic, null, upstreams));
    }

    private Options allOptions() {
        Options all = options;
        for (Map.Entry<Endpoint, Networks> at : sendersAt.entrySet()) {
            all = all.withProxyProtocol(proxy -> proxy.withSenders(at.getKey(), at.getValue()));
        }
        return all;
    }

    private Model how() {
        boolean commands = streams instanceof ServerProvider.Commands;
        Model usual = commands ? Model.process() : Model.auto();
        Model taken = model == null ? usual : model;
        HandlerExecutionStrategy execution = ModelDefinition.of(taken).execution();
        if (commands && !execution.startsPerConnection()) {
            throw new IllegalStateException("a command is a process for each connection, and the model " + taken.id()
                    + " was chosen: take Model.process(), or none");
        }
        if (sessions != null && execution.processes().isPresent()) {
            throw new IllegalStateException("sessions of datagrams are in one process, and the model " + taken.id()
                    + " receives in several: take another model for sessions(…), or datagrams(…)");
        }
        return taken;
    }

    /// Binds and starts.
    ///
    /// @throws IOException naming the endpoint that cannot be bound, and why
    /// @throws ModelUnavailableException when this machine cannot run the model
    /// @throws IllegalStateException when an endpoint has no handler, or a command or sessions have a model that cannot serve
    ///     them
    public Server start() throws IOException {
        Server server = bind();
        try {
            return server.start();
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private ServerBuilder streams(ServerProvider.Streams style) {
        if (streams != null) {
            throw new IllegalStateException(
                    "a server has one stream handler: handle(…), handler(…), protocol(…), messages(…),"
                            + " messageHandler(…) or command(…)");
        }
        streams = style;
        return this;
    }
}
