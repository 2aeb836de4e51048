package dev.polyserve.run;

import dev.polyserve.Endpoint;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.spi.HandlerExecutionStrategy;
import dev.polyserve.spi.ModelDefinition;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Provides the sockets and the worker processes on which models run. Other modules are found by
/// [java.util.ServiceLoader]: event loops on descriptors, completion rings, worker processes. `core` runs without any.
public interface ModelProvider {
    /// Whether this provider is responsible for the model, either at any endpoint or because only it has sockets for
    /// one of these.
    ///
    /// @param endpoints where the server is to listen; empty if only the model matters
    boolean provides(ModelDefinition model, List<Endpoint> endpoints);

    /// Why this machine cannot run the model, in one sentence, and what to use instead; empty when it can.
    Optional<String> whyNot(ModelDefinition model);

    /// Returns the part of a setup to be served in this process: in a worker process, less than the whole.
    default ServerProvider.Setup prepared(ServerProvider.Setup setup) {
        return setup;
    }

    /// Whether this process is a worker of a server in another process.
    default boolean isWorker() {
        return false;
    }

    /// The sockets on which the model runs in this process.
    SocketBackend sockets(ModelDefinition model, ServerContext context);

    /// Creates a runner of worker processes; in such a process, the runner of its part.
    ///
    /// @return the runner, not started
    /// @throws IOException if the system refuses a required resource; nothing stays open
    Runner runner(HandlerExecutionStrategy.Processes processes, ServerProvider.Setup setup, ServerContext context)
            throws IOException;
}
