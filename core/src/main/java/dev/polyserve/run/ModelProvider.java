package dev.polyserve.run;

import dev.polyserve.Endpoint;
import dev.polyserve.spi.Engine;
import dev.polyserve.Model;
import dev.polyserve.conversation.ServerContext;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Models that another module brings, found by [java.util.ServiceLoader]: event loops on descriptors, completion rings,
/// worker processes. `core` runs without any.
public interface ModelProvider {
    /// Whether it is responsible for the model: at any endpoint, or because of one that only it has sockets for.
    ///
    /// @param endpoints where the server is to listen; none when only the model is asked about
    boolean provides(Model model, List<Endpoint> endpoints);

    /// Why this machine cannot run the model, in one sentence, and what to use instead; empty when it can.
    Optional<String> whyNot(Model model);

    /// What is to be served here of a setup with a model of this provider: in a worker process, less than the whole.
    default Engine.Setup prepared(Engine.Setup setup) {
        return setup;
    }

    /// Whether this process is a worker of a server in another one.
    default boolean isWorker() {
        return false;
    }

    /// A runner of the model, not yet started.
    ///
    /// @throws IOException when the system refuses what it needs; nothing stays open
    Runner runner(Model model, Engine.Setup setup, ServerContext context) throws IOException;
}
