package dev.polyserve.run;

import dev.polyserve.RequestResult;
import dev.polyserve.Server;
import dev.polyserve.WorkerInfo;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Controls the worker processes of a model: what the server's life cycle does differently when other processes serve,
/// or when this process is itself a worker.
///
/// ```
///   starting ─▶ (accept | addWorkers)* ─▶ drain
///                  └─ whenAcknowledged: the last command is in force in every worker
/// ```
///
/// Each method does by default what suits a model in one process.
public interface WorkerControl {
    /// The control of a model without worker processes.
    WorkerControl NONE = new WorkerControl() {};

    /// Prepares for the start of the server. In a worker process, this method does not return: the supervisor controls
    /// when the worker starts and ends. **Thread**: the one that starts the server.
    default void starting(Server server) throws IOException {
        // The caller controls the start.
    }

    /// The worker processes. **Thread**: any.
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

    /// The latest values of the counters of the worker processes; empty in a model without any. **Thread**: any.
    default Optional<WorkerTotals> counters() {
        return Optional.empty();
    }

    /// Sets how many more connections and datagrams may be accepted, within the server's limits: worker processes that
    /// accept receive the new mode. **Thread**: the accept loop's.
    ///
    /// @param answered receives the result of an [AcceptQuota#ONE] that a worker process has used, for a connection or a
    ///         datagram that is not reported otherwise. **Thread**: the accept loop's
    default void accept(AcceptQuota now, Consumer<RequestResult> answered) {
        // An acceptor in this process checks the server's policy each time.
    }

    /// Drains: no client is accepted any more, and conversations come to their ends. Shared addresses are released. The
    /// listeners are closed once the drain is in force everywhere ([#whenAcknowledged]). **Thread**: the accept loop's.
    default void drain() {
        // Conversations in this process check the server's state themselves.
    }

    /// Runs this task once the last accept mode, or the drain, is in force everywhere. **Thread**: the accept loop's.
    default void whenAcknowledged(Runnable then) {
        then.run();
    }
}
