package dev.polyserve;

import dev.polyserve.spi.Engine;
import dev.polyserve.coroutine.hub.Hub;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/// A server and its life: `bind → start → (pause ⇄ resume) → drain or close`.
///
/// ```java
/// try (var server = Server.at("tcp://127.0.0.1:8888").handle(c -> c.writeLine("hello")).start()) {
///     server.await();
/// }
/// ```
///
/// **Thread**: every method may be called from any thread, also from a handler, in any state and twice; none waits without bound
/// except [#await()] and [#serveForever()].
public interface Server extends AutoCloseable {
    /// Begins to describe a server that listens at `endpoint`, such as `tcp://127.0.0.1:8888` (see [Endpoint#parse]).
    static ServerBuilder at(String endpoint) {
        return at(Endpoint.parse(endpoint));
    }

    /// Begins to describe a server that listens at `endpoint`.
    static ServerBuilder at(Endpoint endpoint) {
        return new ServerBuilder(endpoint);
    }

    /// Why this machine cannot run the model, in one sentence, and what to use instead; empty when it can.
    static Optional<String> whyNot(Model model) {
        return Engine.load().whyNot(model);
    }

    /// Whether this process is a worker that a server with worker processes has started ([Model#processPool],
    /// [Model#process]). It runs the same program up to [#start], which does not return in it: what must happen
    /// only once, such as starting another server, is for the process that is none.
    static boolean isWorker() {
        return Engine.load().isWorker();
    }

    /// Where it listens, in the order given, with real ports where 0 was asked.
    List<Endpoint> endpoints();

    /// The address of the first endpoint.
    SocketAddress address();

    /// The port of the first TCP or UDP endpoint.
    ///
    /// @throws IllegalStateException when there is none
    int port();

    /// The model in force.
    Model model();

    /// Starts accepting; nothing happens when it has started already.
    ///
    /// @throws IllegalStateException when it was closed
    Server start() throws IOException;

    /// Starts if need be, and waits until the server has stopped, whoever stopped it.
    void serveForever() throws IOException, InterruptedException;

    /// Waits until the server has stopped.
    void await() throws InterruptedException;

    /// Waits until the server has stopped.
    ///
    /// @return whether it has
    boolean await(Duration atMost) throws InterruptedException;

    /// Takes one connection or datagram and hands it to the model, as Python's `handle_request`: under
    /// [Model#iterative] it is over when this returns, under the others it goes on at the same time. For servers that were
    /// bound, not started.
    ///
    /// @throws IllegalStateException when the server was started or closed
    Served handleRequest(Duration atMost) throws IOException, InterruptedException;

    /// The options in force.
    Options options();

    /// Changes the options while the server lives: to what `change` makes of those in force. Limits of connections and times
    /// hold at once, what concerns buffers and frames for new connections. Worker processes are replaced, one after another, by
    /// new ones, for which the program makes the server's options again. Where others change them at the same time, `change` is asked again.
    ///
    /// @throws IllegalArgumentException when it changes what holds from the start: the socket options, the queue, the
    ///         longest datagram, the stall limit or spinning; nothing was changed then
    void reconfigure(UnaryOperator<Options> change);

    /// Stops accepting without closing the listeners: clients wait in the backlog.
    void pause();

    /// Accepts again after [#pause].
    void resume();

    /// [#drain(Duration)] with [Options.Timeouts#drain].
    DrainReport drain() throws InterruptedException;

    /// Closes the listeners, lets conversations go on until they end or the deadline comes, then aborts the rest with
    /// [Cause.Stopped]. A connection that waits for input and stays quiet for [Options.Timeouts#drainQuiet] sees the end of
    /// its input. Called from a handler of this server it returns at once, and the drain goes on.
    DrainReport drain(Duration deadline) throws InterruptedException;

    /// [#drain(Duration)] with the short [Options.Timeouts#close]: all is released when it returns.
    @Override
    void close();

    /// Whether it accepts now.
    boolean isAccepting();

    /// Whether it has stopped.
    boolean isStopped();

    /// Is done as soon as the thread that accepts comes by, which one that is stuck does not: a sign of life, for whoever watches
    /// the server.
    CompletableFuture<Void> pulse();

    /// The connections now open.
    List<ConnectionFuture> connections();

    /// The hub of its event loop, or of the first of several, on which it also accepts: tasks spawned there take turns with the
    /// handlers and callbacks of that loop, and are killed when the server has stopped. Handlers and callbacks find the hub
    /// of their own loop by [Hub#current].
    ///
    /// @return empty under models without event loops
    Optional<Hub> hub();

    /// Its worker processes; none under models without any.
    List<WorkerInfo> workers();

    /// Adds worker processes to those that the model says, or takes some away with a negative number; one stays at least. Those
    /// that are taken away let their connections come to their ends, as in a drain.
    ///
    /// @return how many there may be now at most
    /// @throws UnsupportedOperationException when the model has none
    int addWorkers(int more);

    /// The counters now.
    ServerStats stats();
}
