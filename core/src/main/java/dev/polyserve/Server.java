package dev.polyserve;

import dev.polyserve.spi.ListenSpecification;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.coroutine.hub.Hub;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/// A server and its life cycle: `bind → start → (pause ⇄ resume) → drain or close`.
///
/// ```java
/// try (var server = Server.at("tcp://127.0.0.1:8888").handle(c -> c.writeLine("hello")).start()) {
///     server.await();
/// }
/// ```
///
/// **Thread**: every method may be called from any thread, also from a handler, in any state and repeatedly; only
/// [#await()] and [#serveForever()] wait without bound.
public interface Server extends AutoCloseable {
    /// Returns a builder for a server that listens at `endpoint`, such as `tcp://127.0.0.1:8888` (see
    /// [Endpoint#parse]).
    static ServerBuilder at(String endpoint) {
        return new ServerBuilder(ListenSpecification.parse(endpoint));
    }

    /// Returns a builder for a server that listens at `endpoint`.
    static ServerBuilder at(Endpoint endpoint) {
        return new ServerBuilder(new ListenSpecification(endpoint, Optional.empty()));
    }

    /// Returns a builder for a server without endpoints, which serves the connections that it begins itself ([#connect]): a
    /// client of others, written as a [Protocol], with messages, or as a handler, under any model in this process.
    static ServerBuilder unbound() {
        return new ServerBuilder();
    }

    /// Why this machine cannot run the model, and what to use instead, in one sentence; empty when it can.
    static Optional<String> whyNot(Model model) {
        return ServerProvider.load().whyNot(model);
    }

    /// Whether this process is a worker that a server with worker processes has started ([Model#processPool],
    /// [Model#process]). A worker runs the same program up to [#start], which does not return in it. Guard one-time
    /// work, such as starting another server, with `if (!Server.isWorker())`.
    static boolean isWorker() {
        return ServerProvider.load().isWorker();
    }

    /// The endpoints it listens at, in the order given, with real ports in place of 0.
    List<Endpoint> endpoints();

    /// The address of the first endpoint.
    ///
    /// @throws IllegalStateException when there is none
    SocketAddress address();

    /// The port of the first TCP or UDP endpoint.
    ///
    /// @throws IllegalStateException when there is none
    int port();

    /// The model in force.
    Model model();

    /// Starts accepting; without effect when it has started already.
    ///
    /// @throws IllegalStateException when it was closed
    Server start() throws IOException;

    /// Starts if necessary, and waits until the server has stopped, whatever stopped it.
    void serveForever() throws IOException, InterruptedException;

    /// Waits until the server has stopped.
    void await() throws InterruptedException;

    /// Waits until the server has stopped.
    ///
    /// @return whether it has
    boolean await(Duration atMost) throws InterruptedException;

    /// Accepts one connection or datagram and passes it to the model, as Python's `handle_request` does. Under
    /// [Model#iterative] it is finished when this returns; under the other models it continues concurrently. For
    /// servers that are bound and not started.
    ///
    /// @throws IllegalStateException when the server was started or closed
    RequestResult handleRequest(Duration atMost) throws IOException, InterruptedException;

    /// Begins a connection to another server, and serves it as one that was accepted: with this server's handler, protocol or
    /// messages, under its model and its limits, until it ends or this server stops. It has the idle limit in place of the limit of the
    /// first byte, because a server that is asked nothing is silent. No filter, ban or network applies to it.
    ///
    /// Waits until it is connected, within [Options.Timeouts#connect]; the handshake of TLS follows as a part of the connection. A
    /// protocol must not wait, and calls it from another thread. A handler that needs the connection itself uses
    /// [Connection#connect(Client)].
    ///
    /// @param to the server, with what is trusted; its options are not used, except the time to connect and those of sockets
    /// @return the connection
    /// @throws java.net.ConnectException with one sentence, when it is not connected in time
    /// @throws IllegalArgumentException for an endpoint that has no connections
    /// @throws IllegalStateException when the server is not started or was closed, when its handlers run in worker processes,
    ///     or when it serves datagrams only
    ConnectionFuture connect(Client to) throws IOException;

    /// The options in force.
    Options options();

    /// Replaces the options of a running server with the result of `change` on those in force. Limits of connections
    /// and times apply at once; those of buffers and frames apply to new connections. Worker processes are replaced,
    /// one after another, by new ones, in which the program builds the server's options again. If another thread
    /// changes the options at the same time, `change` is called again.
    ///
    /// @throws IllegalArgumentException when it changes what is fixed at the start: the socket options, the queue, the
    ///     longest datagram, the stall limit or spinning; nothing is changed then
    void reconfigure(UnaryOperator<Options> change);

    /// Takes other certificates, or reads the files of the same ones again, for the connections to come; open ones keep
    /// theirs. Files that change are also read without this. Worker processes follow: one of them reads the keys first,
    /// for which this waits.
    ///
    /// @throws IOException with one sentence: what cannot be used, and the remedy; nothing is changed then
    /// @throws IllegalArgumentException for an `SSLContext` under a model with worker processes, which cannot be sent it
    /// @throws IllegalStateException when the server has no `tls://` endpoint
    void replaceTls(Tls identity) throws IOException;

    /// When the first of the certificates of its `tls://` endpoints expires; empty without such an endpoint, or where a
    /// context of the program's own has them.
    Optional<Instant> certificateExpires();

    /// The addresses that are banned now ([Options.Access#ban]), and how long they still are, the oldest ban first: IPv4 addresses and
    /// IPv6 /64 networks.
    Map<Networks, Duration> bans();

    /// Ends the ban of this address, or of the IPv6 /64 network that it is in.
    ///
    /// @return whether it was banned
    boolean liftBan(InetAddress address);

    /// Ends all bans.
    ///
    /// @return how many there were
    int liftBans();

    /// Stops accepting without closing the listeners: clients wait in the backlog.
    void pause();

    /// Accepts again after [#pause].
    void resume();

    /// [#drain(Duration)] with [Options.Timeouts#drain].
    DrainReport drain() throws InterruptedException;

    /// Closes the listeners, lets conversations continue until they end or the deadline passes, then aborts the rest
    /// with [Cause.Stopped]. A connection that waits for input and stays quiet for [Options.Timeouts#drainQuiet] reads
    /// the end of its input. A call from a handler of this server returns at once, and the drain continues.
    DrainReport drain(Duration deadline) throws InterruptedException;

    /// [#drain(Duration)] with the short [Options.Timeouts#close]: everything is released when it returns.
    @Override
    void close();

    /// Whether it accepts now.
    boolean isAccepting();

    /// Whether it has stopped.
    boolean isStopped();

    /// Returns a future that completes at the next pass of the accept loop, and never while that loop is stuck: a
    /// heartbeat for monitoring.
    CompletableFuture<Void> pulse();

    /// The connections now open.
    List<ConnectionFuture> connections();

    /// The hub of its event loop, or of the first of several, which also accepts. Tasks spawned there take turns with
    /// the handlers and callbacks of that loop, and are killed when the server has stopped. Handlers and callbacks find
    /// the hub of their own loop with [Hub#current].
    ///
    /// @return empty under models without event loops
    Optional<Hub> hub();

    /// Its worker processes; empty under models without any.
    List<WorkerInfo> workers();

    /// Adds worker processes to the model's number, or removes some with a negative number; at least one stays. Workers
    /// that are removed finish their connections first, as in a drain.
    ///
    /// @return the new maximum number
    /// @throws UnsupportedOperationException when the model has none
    int addWorkers(int more);

    /// The counters now.
    ServerStats stats();

    /// The last turns of event loops that took too long ([ServerListener#stalled]), the oldest first, at most eight.
    List<Stall> stalls();

    /// A turn of an event loop that took longer than [Options.Timeouts#stall].
    interface Stall {
        /// When it was noticed.
        Instant at();

        /// The name of the loop.
        String loop();

        /// How long the turn had taken by then.
        Duration soFar();

        /// The number of the connection that it served ([ConnectionInfo#id]), where that is known.
        OptionalLong connection();

        /// The stack trace of the loop's thread.
        List<StackTraceElement> stack();
    }
}
