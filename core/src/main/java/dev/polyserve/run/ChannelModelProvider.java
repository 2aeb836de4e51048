package dev.polyserve.run;

import dev.polyserve.Endpoint;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.ChannelSocketProvider;
import dev.polyserve.loop.SelectorMultiplexer;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.spi.HandlerExecutionStrategy;
import dev.polyserve.spi.ModelDefinition;
import java.util.List;
import java.util.Optional;

/// The provider of all models that no other module provides: over the JDK's channels.
final class ChannelModelProvider implements ModelProvider {
    private static final SocketBackend CHANNELS = new SocketBackend(_ -> new SelectorMultiplexer(),
            new ChannelSocketProvider(), false);

    @Override
    public boolean provides(ModelDefinition model, List<Endpoint> endpoints) {
        return true;
    }

    @Override
    public Optional<String> whyNot(ModelDefinition model) {
        if (model.execution().processes().isPresent()) {
            return Optional.of("this version has no worker processes yet; use virtual or thread-pool");
        }
        boolean ofAnotherModule = model.execution().multiplexing().isPresent() && !model.execution().needsChannels();
        return ofAnotherModule
                ? Optional.of("its module, polyserve-linux, is not there; add it, or use nio or virtual")
                : Optional.empty();
    }

    @Override
    public SocketBackend sockets(ModelDefinition model, ServerContext context) {
        return CHANNELS;
    }

    @Override
    public Runner runner(HandlerExecutionStrategy.Processes processes, ServerProvider.Setup setup,
            ServerContext context) {
        throw new IllegalStateException("worker processes need another module");
    }
}
