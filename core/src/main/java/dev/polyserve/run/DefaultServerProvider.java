package dev.polyserve.run;

import dev.polyserve.Client;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.spi.ConnectionOwner;
import dev.polyserve.spi.AutoModelChoice;
import dev.polyserve.Connection;
import dev.polyserve.Model;
import dev.polyserve.Networks;
import dev.polyserve.Server;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Binds servers, and says which models can run here, for the public interface.
public final class DefaultServerProvider implements ServerProvider {
    /// For [java.util.ServiceLoader].
    public DefaultServerProvider() {}

    @Override
    public Optional<String> whyNot(Model model) {
        return Runners.whyNot(model);
    }

    @Override
    public Optional<AutoModelChoice> choice(Model model, boolean mayWait) {
        return Runners.choice(model, mayWait, Optional.empty());
    }

    @Override
    public Server bind(Setup setup) throws IOException {
        Optional<AutoModelChoice> choice = Runners.choice(setup);
        DefaultServer server = DefaultServer
                .bind(Runners.prepared(choice.map(taken -> setup.with(taken.model())).orElse(setup)));
        choice.filter(_ -> !isWorker()).ifPresent(server::chose);
        return server;
    }

    @Override
    public void takeBans(Server server, Map<Networks, Duration> left) {
        if (!(server instanceof DefaultServer own)) {
            throw new IllegalArgumentException("not a server of this engine: " + server);
        }
        own.takeBans(left);
    }

    @Override
    public Connection connect(Client to) throws IOException {
        return StandaloneClientConnector.connect(to);
    }

    @Override
    public ConnectionOwner thread() {
        return StandaloneClientConnector.OwningThread.ANY;
    }

    @Override
    public boolean isWorker() {
        return Runners.inWorker();
    }
}
