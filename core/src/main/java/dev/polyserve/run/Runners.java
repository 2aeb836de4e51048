package dev.polyserve.run;

import dev.polyserve.spi.ModelVariant;
import dev.polyserve.Endpoint;
import dev.polyserve.spi.Engine;
import dev.polyserve.Model;
import dev.polyserve.ModelUnavailableException;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.ChannelTransport;
import dev.polyserve.io.Transport;
import dev.polyserve.loop.SelectorMultiplexer;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/// Maps each model to its runner: the only place that branches on the model.
final class Runners {
    private static final Transport CHANNELS = new ChannelTransport();

    private Runners() {}

    /// Why this build or machine cannot run the model; empty if it can.
    static Optional<String> whyNot(Model model) {
        return whyNot(model, provider(model, List.of()));
    }

    private static Optional<String> whyNot(Model model, Optional<ModelProvider> provider) {
        if (provider.isPresent()) {
            return provider.get().whyNot(model);
        }
        return switch (model) {
            case ModelVariant.Iterative _, ModelVariant.Threads _, ModelVariant.ThreadPool _, ModelVariant.VirtualThreads _, ModelVariant.Nio _ ->
                Optional.empty();
            case ModelVariant.ProcessPerConnection _, ModelVariant.ProcessPool _ ->
                Optional.of("this version has no worker processes yet; use virtual or thread-pool");
            case ModelVariant.Polling _, ModelVariant.Select _, ModelVariant.Poll _, ModelVariant.Epoll _, ModelVariant.IoUring _ ->
                Optional.of("its module, polyserve-linux, is not there; add it, or use nio or virtual");
        };
    }

    static Runner of(Engine.Setup setup, ServerContext context) throws IOException {
        Model model = setup.model();
        Optional<ModelProvider> provider = provider(model, setup.endpoints());
        Optional<String> whyNot = whyNot(model, provider);
        if (whyNot.isPresent()) {
            throw new ModelUnavailableException(model, whyNot.get());
        }
        if (provider.isPresent()) {
            return provider.get().runner(model, setup, context);
        }
        return switch (model) {
            case ModelVariant.Iterative _ -> blocking(ExecutorPolicy.iterative(), setup, context);
            case ModelVariant.Threads _ -> blocking(ExecutorPolicy.threads(), setup, context);
            case ModelVariant.ThreadPool pool -> blocking(ExecutorPolicy.pool(pool, setup.options()), setup, context);
            case ModelVariant.VirtualThreads _ -> blocking(ExecutorPolicy.virtual(), setup, context);
            case ModelVariant.Nio nio ->
                LoopRunner.open(nio.loops(), SelectorMultiplexer::new, CHANNELS, setup, context);
            case ModelVariant.ProcessPerConnection _, ModelVariant.ProcessPool _, ModelVariant.Polling _, ModelVariant.Select _, ModelVariant.Poll _, ModelVariant.Epoll _, ModelVariant.IoUring _ ->
                throw new ModelUnavailableException(model, "no module provides it");
        };
    }

    private static Runner blocking(ExecutorPolicy executorPolicy, Engine.Setup setup, ServerContext context)
            throws IOException {
        return BlockingRunner.open(executorPolicy, SelectorMultiplexer::new, CHANNELS, setup, context);
    }

    /// Returns the part of the setup to be served in this process.
    static Engine.Setup prepared(Engine.Setup setup) {
        return provider(setup.model(), setup.endpoints()).map(provider -> provider.prepared(setup)).orElse(setup);
    }

    /// Whether this process is a worker of a server in another process.
    static boolean inWorker() {
        return Found.PROVIDERS.stream().anyMatch(ModelProvider::isWorker);
    }

    private static Optional<ModelProvider> provider(Model model, List<Endpoint> endpoints) {
        return Found.PROVIDERS.stream().filter(provider -> provider.provides(model, endpoints)).findFirst();
    }

    /// Holds the providers, which are loaded once, on first use.
    private static final class Found {
        private static final List<ModelProvider> PROVIDERS = ServiceLoader
                .load(ModelProvider.class, Runners.class.getClassLoader()).stream().map(ServiceLoader.Provider::get)
                .toList();
    }
}
