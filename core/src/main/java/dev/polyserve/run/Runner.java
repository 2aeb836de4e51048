package dev.polyserve.run;

import dev.polyserve.Served;
import dev.polyserve.Server;
import dev.polyserve.WorkerInfo;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.coroutine.hub.Hub;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.io.Transport;
import dev.polyserve.loop.EventLoop;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// How a model serves connections: the interface that every model implements, and all that the server's life cycle
/// knows about it.
///
/// A runner over other sockets, over a completion ring or with worker processes comes from a [ModelProvider].
public interface Runner {
    /// The family of sockets that this runner serves.
    Transport transport();

    /// Starts the threads of this runner.
    ///
    /// @param whenLost receives the cause if one of its event loops fails; the server then stops
    void start(Consumer<? super IOException> whenLost) throws IOException;

    /// The loop on which listeners accept and datagrams arrive. **Thread**: any.
    EventLoop acceptLoop();

    /// How many connections this runner takes at once, running and queued, besides the server's own limit.
    int capacity();

    /// Whether a request taken by `handleRequest` has ended when that call returns.
    boolean servesInline();

    /// Prepares an accepted socket's conversation, without beginning it.
    Prepared prepare(StreamSocket socket, Conversation.Identity identity);

    /// The executor on which this model runs datagram handlers; empty if it runs them on the accept loop itself.
    Optional<Executor> datagramExecutor();

    /// Whether the calling thread is one that several connections share.
    boolean owns(Thread calling);

    /// The hub of its loop, or of the first of several loops, if there is one. **Thread**: any.
    default Optional<Hub> hub() {
        return Optional.empty();
    }

    /// Prepares for the start of the server. In a worker process, this method does not return: the supervisor controls
    /// when the worker starts and ends. **Thread**: the one that starts the server.
    default void starting(Server server) throws IOException {
        // The caller controls the start.
    }

    /// The worker processes of this runner. **Thread**: any.
    default List<WorkerInfo> workers() {
        return List.of();
    }

    /// Adds worker processes to the number that the model defines, or removes some. **Thread**: any.
    ///
    /// @return the new maximum number of worker processes
    /// @throws UnsupportedOperationException if the model has none
    default int addWorkers(int more) {
        throw new UnsupportedOperationException("this model has no worker processes whose number could be changed;"
                + " process and process-pool have");
    }

    /// How many worker processes were started to replace others that had ended unexpectedly. **Thread**: any.
    default long workerRestarts() {
        return 0;
    }

    /// Runs this task once the last accept mode is in force everywhere. **Thread**: the accept loop's.
    default void whenAcknowledged(Runnable then) {
        then.run();
    }

    /// Sets how many more connections and datagrams may be accepted, within the server's limits. Worker processes that
    /// accept receive the new mode. **Thread**: the accept loop's.
    ///
    /// @param answered receives the result of an [AcceptMode#ONE] that a worker process has used, for a connection or a
    ///         datagram that is not reported otherwise. **Thread**: the accept loop's
    default void allows(AcceptMode now, Consumer<Served> answered) {
        // An acceptor in this process checks the server's policy each time.
    }

    /// How many connections and datagrams may be accepted.
    enum AcceptMode {
        /// None: the server is not started, is paused, or ends.
        NONE,
        /// The next one, for `handleRequest`.
        ONE,
        /// All.
        ALL
    }

    /// The latest values of the counters that the worker processes report. **Thread**: any.
    default RemoteCounters remoteCounters() {
        return RemoteCounters.NOTHING;
    }

    /// The counters of other processes.
    ///
    /// @param datagramsIn datagrams received there
    /// @param datagramsOut datagrams sent there
    /// @param bufferedBytes the size of the buffers of connections there
    record RemoteCounters(long datagramsIn, long datagramsOut, long bufferedBytes) {
        static final RemoteCounters NOTHING = new RemoteCounters(0, 0, 0);
    }

    /// Drains: no client is accepted any more, and conversations come to their ends. Shared addresses are released. The
    /// listeners are closed once the drain is in force everywhere ([#whenAcknowledged]). **Thread**: the accept loop's.
    default void drains() {
        // Conversations in this process check the server's state themselves.
    }

    /// Applies the server's new options. **Thread**: the accept loop's.
    default void reconfigured() {
        // Code in this process reads the current options on each use.
    }

    /// Ends the threads of this runner. Every conversation is over, or was abandoned.
    void stop();

    /// Where the admission of a connection is decided.
    enum Admission {
        /// In this process, by all limits and listeners.
        LOCAL,
        /// In the process that accepted it, except for the limit per address, which counts the connections of all
        /// processes.
        REMOTE_EXCEPT_PER_ADDRESS,
        /// In the process that accepted it.
        REMOTE
    }

    /// A conversation and the action that begins it.
    interface Prepared {
        /// The conversation.
        Conversation conversation();

        /// Which admission checks are still to be made here.
        default Admission admission() {
            return Admission.LOCAL;
        }

        /// Begins the conversation. It throws, without beginning anything, if no thread is available. **Thread**: the
        /// accept loop's.
        void begin();
    }
}
