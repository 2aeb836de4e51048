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

/// How a model serves: the seam that every model fills, and all that the server's life cycle knows of it.
///
/// A runner over other sockets, over a completion ring or with worker processes comes from a [ModelProvider].
public interface Runner {
    /// The family of sockets that it serves.
    Transport transport();

    /// Starts its threads.
    ///
    /// @param whenLost is told why, when one of its event loops has ended by itself; the server then stops
    void start(Consumer<? super IOException> whenLost) throws IOException;

    /// The loop on which listeners accept and datagrams arrive. **Thread**: any.
    EventLoop acceptLoop();

    /// How many connections it takes at once, running and queued, besides the server's own limit.
    int capacity();

    /// Whether a request taken by `handleRequest` is over when that returns.
    boolean servesInline();

    /// Prepares an accepted socket's conversation, without beginning it.
    Prepared prepare(StreamSocket socket, Conversation.Identity identity);

    /// Runs the handler of one datagram where this model runs it; [Optional#empty] when that is the accept loop itself.
    Optional<Executor> datagramExecutor();

    /// Whether the calling thread is one of those on which many are served.
    boolean owns(Thread calling);

    /// The hub of its loop, or of the first of several, where it has any. **Thread**: any.
    default Optional<Hub> hub() {
        return Optional.empty();
    }

    /// The server is about to start. **Thread**: the one that starts it, which in a worker process does not come back: the
    /// supervisor says there when it starts, and when it ends.
    default void starting(Server server) throws IOException {
        // Whoever starts it decides that.
    }

    /// Its worker processes. **Thread**: any.
    default List<WorkerInfo> workers() {
        return List.of();
    }

    /// Adds worker processes to those that the model says, or takes some away. **Thread**: any.
    ///
    /// @return how many there may be now at most
    /// @throws UnsupportedOperationException when the model has none
    default int addWorkers(int more) {
        throw new UnsupportedOperationException("this model has no worker processes whose number could be changed;"
                + " process and process-pool have");
    }

    /// How many of them were started in the place of others that had ended unasked. **Thread**: any.
    default long workerRestarts() {
        return 0;
    }

    /// Runs this as soon as what the loop was last told about accepting holds everywhere. **Thread**: the accept loop's.
    default void whenAcknowledged(Runnable then) {
        then.run();
    }

    /// How many more may come in from now on, within the server's limits. Where worker processes accept, they are told.
    /// **Thread**: the accept loop's.
    ///
    /// @param answered hears what has become of [AcceptMode#ONE] that a worker process has taken: a connection, or a datagram, of
    ///         which nothing else is told. **Thread**: the accept loop's
    default void allows(AcceptMode now, Consumer<Served> answered) {
        // Who accepts here asks the server each time.
    }

    /// How many connections and datagrams may come in.
    enum AcceptMode {
        /// Nobody: the server waits to be started, is paused, or ends.
        NONE,
        /// The next one, for `handleRequest`.
        ONE,
        /// All.
        ALL
    }

    /// What its worker processes count by themselves, as they have last told. **Thread**: any.
    default RemoteCounters remoteCounters() {
        return RemoteCounters.NOTHING;
    }

    /// Counted in other processes.
    ///
    /// @param datagramsIn datagrams received there
    /// @param datagramsOut datagrams sent there
    /// @param bufferedBytes what the buffers of connections occupy there
    record RemoteCounters(long datagramsIn, long datagramsOut, long bufferedBytes) {
        static final RemoteCounters NOTHING = new RemoteCounters(0, 0, 0);
    }

    /// The server drains: nobody is accepted any more, and conversations come to their ends. Addresses that others share are
    /// freed; the listeners are closed when that is heeded ([#whenAcknowledged]). **Thread**: the accept loop's.
    default void drains() {
        // Conversations here ask the server itself.
    }

    /// The server's options were replaced. **Thread**: the accept loop's.
    default void reconfigured() {
        // Whoever looks at them sees those in force.
    }

    /// Ends its threads; every conversation is over, or was abandoned.
    void stop();

    /// Where it is decided whether a connection may stay.
    enum Admission {
        /// Here, by all limits and listeners.
        LOCAL,
        /// Where it was accepted, but for the limit per address, for which all that are accepted anywhere count.
        REMOTE_EXCEPT_PER_ADDRESS,
        /// Where it was accepted.
        REMOTE
    }

    /// A conversation and what begins it.
    interface Prepared {
        /// The conversation.
        Conversation conversation();

        /// What is still to be asked about whether it may stay.
        default Admission admission() {
            return Admission.LOCAL;
        }

        /// Begins it. It throws, having begun nothing, when there is no thread to be had. **Thread**: the accept loop's.
        void begin();
    }
}
