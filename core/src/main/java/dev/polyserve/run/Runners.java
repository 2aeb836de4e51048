package dev.polyserve.run;

import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.ModelUnavailableException;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.coroutine.carrier.Carrier;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.spi.HandlerExecutionStrategy;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.spi.AutoModelChoice;
import dev.polyserve.spi.ModelDefinition;
import dev.polyserve.spi.ModelTable;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Supplier;

/// Creates the runner of each model: the only place that branches on what runs a model's handlers.
public final class Runners {
    private Runners() {}

    /// Why this build or machine cannot run the model; empty if it can.
    static Optional<String> whyNot(Model model) {
        ModelDefinition plan = ModelDefinition.of(model);
        return provider(plan, List.of()).whyNot(plan);
    }

    /// The model that stands in for `auto` in this setup; empty if the model is another one.
    static Optional<AutoModelChoice> choice(ServerProvider.Setup setup) {
        boolean handsOff = !setup.options().timeouts().handOff().isZero();
        return choice(setup.model(), setup.mayWait(),
                handsOff ? Optional.empty() : Optional.of("the hand-off of event loops is switched off"));
    }

    /// As [#choice(ServerProvider.Setup)].
    ///
    /// @param whyNotHandedOff why the server's options keep loops from being handed off
    static Optional<AutoModelChoice> choice(Model model, boolean mayWait, Optional<String> whyNotHandedOff) {
        ModelDefinition plan = ModelDefinition.of(model);
        HandlerExecutionStrategy execution = plan.execution();
        return execution.undecided().map(auto -> choice(auto, 1, mayWait, whyNotHandedOff))
                .or(() -> execution.inner().flatMap(inner -> inner.execution().undecided())
                        .map(auto -> choice(auto, execution.receivers(), mayWait, whyNotHandedOff))
                        .map(taken -> new AutoModelChoice(plan.with(execution.withInner(taken.model())), taken.why())));
    }

    private static AutoModelChoice choice(HandlerExecutionStrategy.Auto auto, int processes, boolean mayWait,
            Optional<String> whyNotHandedOff) {
        int loops = auto.count() > 0
                ? auto.count()
                : Math.max(1, Runtime.getRuntime().availableProcessors() / processes);
        // The check of the carrier takes a while, and only handlers need its result.
        return choice(loops, mayWait, mayWait ? whyNotHandedOff.or(Carrier::whyNot) : Optional.empty(),
                () -> whyNot(ModelTable.epoll(loops)));
    }

    /// Takes event loops where no handler can block them, in epoll. A completion ring has no
    /// advantage there: its operations complete in the thread that has submitted them, also after a hand-off.
    ///
    /// @param whyNoEpoll asked only if it matters: the first system call makes the JDK warn, unless native access is enabled
    static AutoModelChoice choice(int loops, boolean mayWait, Optional<String> whyNotHandedOff,
            Supplier<Optional<String>> whyNoEpoll) {
        if (mayWait) {
            return whyNotHandedOff.or(whyNoEpoll).map(why -> new AutoModelChoice(ModelTable.virtual(), why))
                    .orElseGet(() -> new AutoModelChoice(ModelTable.epoll(loops),
                            "no handler can hold up its event loop, because another thread then goes on with it"));
        }
        return whyNoEpoll.get()
                .map(why -> new AutoModelChoice(ModelTable.nio(loops), "the loops call the handlers directly; " + why))
                .orElseGet(() -> new AutoModelChoice(ModelTable.epoll(loops), "the loops call the handlers directly"));
    }

    static Runner of(ServerProvider.Setup setup, ServerContext context) throws IOException {
        ModelDefinition plan = ModelDefinition.of(setup.model());
        ModelProvider provider = provider(plan, setup.endpoints());
        Optional<String> whyNot = provider.whyNot(plan);
        if (whyNot.isPresent()) {
            throw new ModelUnavailableException(plan, whyNot.get());
        }
        return of(plan, provider, setup, context);
    }

    /// Creates the runner of a model, over the sockets of its provider.
    ///
    /// @return the runner, not started
    /// @throws IOException if the system refuses a required resource; nothing stays open
    public static Runner of(ModelDefinition plan, ModelProvider provider, ServerProvider.Setup setup,
            ServerContext context)
            throws IOException {
        return switch (plan.execution()) {
            case HandlerExecutionStrategy.Auto _ ->
                throw new IllegalStateException("no model was chosen for " + plan.id());
            case HandlerExecutionStrategy.Processes processes -> provider.runner(processes, setup, context);
            case HandlerExecutionStrategy.Loops loops ->
                LoopRunner.open(loops.count(), provider.sockets(plan, context), setup, context);
            case HandlerExecutionStrategy.Iterative _ ->
                BlockingRunner.iterative(provider.sockets(plan, context), setup, context);
            case HandlerExecutionStrategy.ThreadPerConnection _ ->
                BlockingRunner.open(BlockingRunnerSettings.threads(), provider.sockets(plan, context), setup, context);
            case HandlerExecutionStrategy.ThreadPool pool ->
                BlockingRunner.open(BlockingRunnerSettings.pool(pool, setup.options()), provider.sockets(plan, context),
                        setup,
                        context);
            case HandlerExecutionStrategy.VirtualThreads _ -> virtual(provider.sockets(plan, context), setup, context);
        };
    }

    private static Runner virtual(SocketBackend sockets, ServerProvider.Setup setup, ServerContext context)
            throws IOException {
        return sockets.blocksCarriers()
                ? LoopRunner.beside(sockets, setup, context)
                : BlockingRunner.open(BlockingRunnerSettings.virtual(), sockets, setup, context);
    }

    /// Returns the part of the setup to be served in this process.
    static ServerProvider.Setup prepared(ServerProvider.Setup setup) {
        return provider(ModelDefinition.of(setup.model()), setup.endpoints()).prepared(setup);
    }

    /// Whether this process is a worker of a server in another process.
    static boolean inWorker() {
        return Found.PROVIDERS.stream().anyMatch(ModelProvider::isWorker);
    }

    /// The sockets for a connection to the endpoint, which a thread outside of servers waits for.
    ///
    /// @throws ConnectException when this machine has none, with one sentence
    static SocketProvider clientSockets(Endpoint endpoint, ServerContext context) throws ConnectException {
        ModelDefinition plan = ModelTable.virtual();
        ModelProvider provider = provider(plan, List.of(endpoint));
        Optional<String> whyNot = provider.whyNot(plan);
        if (whyNot.isPresent()) {
            throw new ConnectException("cannot connect to " + endpoint + ": " + whyNot.get());
        }
        return provider.sockets(plan, context).socketProvider();
    }

    private static ModelProvider provider(ModelDefinition plan, List<Endpoint> endpoints) {
        return Found.PROVIDERS.stream().filter(provider -> provider.provides(plan, endpoints)).findFirst()
                .orElseThrow();
    }

    /// Holds the providers, which are loaded once, on first use; the last provides what the others do not.
    private static final class Found {
        private static final List<ModelProvider> PROVIDERS = providers();

        private static List<ModelProvider> providers() {
            List<ModelProvider> providers = new ArrayList<>();
            ServiceLoader.load(ModelProvider.class, Runners.class.getClassLoader()).forEach(providers::add);
            providers.add(new ChannelModelProvider());
            return List.copyOf(providers);
        }
    }
}
