package dev.polyserve;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Describes a [Server], from [Server#at]: endpoints, what to do, how, within which limits.
///
/// **Thread**: one at a time.
public final class ServerBuilder {
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final List<ServerListener> listeners = new ArrayList<>();
    private final List<Engine.Periodic> periodic = new ArrayList<>();
    private @Nullable Model model;
    private Options options = Options.defaults();
    private Engine.@Nullable Streams streams;
    private @Nullable DatagramHandler datagrams;

    ServerBuilder(Endpoint first) {
        endpoints.add(first);
    }

    /// Listens there too.
    public ServerBuilder listen(String endpoint) {
        return listen(Endpoint.parse(endpoint));
    }

    /// Listens there too.
    public ServerBuilder listen(Endpoint endpoint) {
        endpoints.add(endpoint);
        return this;
    }

    /// Chooses how handlers run at once; without it [Model#virtualThreads], and [Model#processPerConnection] for a command.
    public ServerBuilder model(Model how) {
        model = how;
        return this;
    }

    /// Serves connections with one handler shared by all.
    public ServerBuilder handle(Handler handler) {
        return handleEach(() -> handler);
    }

    /// Serves each connection with a handler of its own.
    public ServerBuilder handleEach(Supplier<? extends Handler> factory) {
        return streams(new Engine.Sequential(factory));
    }

    /// Serves each connection with a protocol of its own.
    public ServerBuilder protocol(Supplier<? extends Protocol> factory) {
        return streams(new Engine.Events(factory));
    }

    /// Serves each connection with a process that runs this program, under [Model#processPerConnection]; on Linux.
    public ServerBuilder command(Command command) {
        return streams(new Engine.Commands(command));
    }

    /// Serves datagrams.
    public ServerBuilder datagrams(DatagramHandler handler) {
        datagrams = handler;
        return this;
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

    /// Tells this listener what happens, after those added before.
    public ServerBuilder listener(ServerListener listener) {
        listeners.add(listener);
        return this;
    }

    /// Runs something regularly while the server serves, on a thread of its own; what it throws is logged and it goes on.
    ///
    /// @param every the time from the end of one run to the start of the next
    public ServerBuilder every(Duration every, Runnable action) {
        if (every.isNegative() || every.isZero()) {
            throw new IllegalArgumentException(
                    "every: " + TimeUnit.MILLISECONDS.convert(every) + " ms is not positive");
        }
        periodic.add(new Engine.Periodic(every, action));
        return this;
    }

    /// Binds the endpoints without accepting yet; if one fails, none stays bound.
    ///
    /// @throws IOException naming the endpoint that cannot be bound, and why
    /// @throws ModelUnavailableException when this machine cannot run the model
    /// @throws IllegalStateException when an endpoint has nothing to serve it, or a command another model than its own
    public Server bind() throws IOException {
        return Engine.load()
                .bind(new Engine.Setup(endpoints, how(), streams, datagrams, options, listeners, periodic, null));
    }

    private Model how() {
        boolean commands = streams instanceof Engine.Commands;
        if (model == null) {
            return commands ? Model.processPerConnection() : Model.virtualThreads();
        }
        if (commands && !(model instanceof Model.ProcessPerConnection)) {
            throw new IllegalStateException("a command is a process for each connection, and the model " + model.id()
                    + " was chosen: take Model.processPerConnection(), or none");
        }
        return model;
    }

    /// Binds and starts.
    ///
    /// @throws IOException naming the endpoint that cannot be bound, and why
    /// @throws ModelUnavailableException when this machine cannot run the model
    /// @throws IllegalStateException when an endpoint has nothing to serve it, or a command another model than its own
    public Server start() throws IOException {
        Server server = bind();
        try {
            return server.start();
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private ServerBuilder streams(Engine.Streams style) {
        if (streams != null) {
            throw new IllegalStateException(
                    "a server has one stream handler: handle(…), handleEach(…), protocol(…) or command(…)");
        }
        streams = style;
        return this;
    }
}
