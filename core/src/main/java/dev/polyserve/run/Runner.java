package dev.polyserve.run;

import dev.polyserve.conversation.Conversation;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.loop.EventLoop;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/// How a model serves connections: the interface that every model implements, and all that the server's life cycle
/// knows about it.
///
/// ```
///   created ──start──▶ running: prepare, begin … ──stop──▶ over
/// ```
///
/// A runner over other sockets, over a completion ring or with worker processes comes from a [ModelProvider]. A model
/// in one process implements nothing about worker processes ([#workerControl]).
public interface Runner {
    /// The family of sockets that this runner serves.
    SocketProvider socketProvider();

    /// The event loops of this runner, at least one; listeners accept and datagrams arrive on the first. **Thread**: any.
    List<EventLoop> loops();

    /// How many connections and datagrams this runner serves at once. **Thread**: any.
    ModelConcurrency concurrency();

    /// Starts the threads of this runner.
    ///
    /// @param whenLost receives the cause if one of its event loops fails; the server then stops
    void start(Consumer<? super IOException> whenLost) throws IOException;

    /// Prepares an accepted socket's conversation, without beginning it. **Thread**: the accept loop's.
    Prepared prepare(StreamSocket socket, Conversation.Identity identity);

    /// The control of this model's worker processes; [WorkerControl#NONE] in a model without any. **Thread**: any.
    default WorkerControl workerControl() {
        return WorkerControl.NONE;
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
