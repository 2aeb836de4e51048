package dev.polyserve.run;

import dev.polyserve.spi.Engine;
import dev.polyserve.Model;
import dev.polyserve.Server;
import java.io.IOException;
import java.util.Optional;

/// The engine behind the public interface.
public final class ServerEngine implements Engine {
    /// For [java.util.ServiceLoader].
    public ServerEngine() {}

    @Override
    public Optional<String> whyNot(Model model) {
        return Runners.whyNot(model);
    }

    @Override
    public Server bind(Setup setup) throws IOException {
        return LiveServer.bind(Runners.prepared(setup));
    }

    @Override
    public boolean isWorker() {
        return Runners.inWorker();
    }
}
