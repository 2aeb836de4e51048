package dev.polyserve;

import dev.polyserve.spi.HandlerExecutionStrategy;
import dev.polyserve.spi.ModelDefinition;
import dev.polyserve.spi.ModelTable;
import java.time.Duration;
import java.util.List;

/// How handlers run concurrently: changing the model leaves the handler as it is.
///
/// A factory is the model's id in camel case: `Model.threadPool(8)` creates `thread-pool`, `Model.ioUring()` creates
/// `io_uring`. The argument of a model with event loops is their number; the default is one. Two models created with
/// the same arguments are equal.
///
/// A model that this machine or this build cannot run is refused at start with the reason
/// ([ModelUnavailableException]); [Server#whyNot] checks beforehand. Models may be added: the interface is sealed, and
/// its implementations are not public.
public sealed interface Model permits ModelDefinition {
    /// Its id on the command line and in messages.
    String id();

    /// What suits this machine and the server's handlers best, chosen when the server is bound; [Server#model] has the choice,
    /// and the log its reason. The default.
    ///
    /// Handlers get event loops over `epoll(7)`, one per processor, if those can be handed off while a handler computes or
    /// blocks: on Linux, with the module `polyserve-linux` and `--add-opens java.base/java.lang=ALL-UNNAMED`. Else they get
    /// virtual threads. Protocols and datagrams get event loops on every system.
    static Model auto() {
        return ModelTable.auto(0);
    }

    /// As [#auto()], with this number of event loops, if it takes those.
    static Model auto(int loops) {
        return ModelDefinition.of(auto()).with(ModelDefinition.of(auto()).execution().withLoops(loops));
    }

    /// One client after another, on the server's own thread.
    static Model iterative() {
        return ModelTable.iterative();
    }

    /// A platform thread per connection. The system shares processors among them, so a long computation in one does not
    /// hold up the others.
    static Model thread() {
        return ModelTable.thread();
    }

    /// A fixed number of platform threads with a bounded queue ([Options.Limits#queue]).
    static Model threadPool(int threads) {
        return threadPool(threads, "polyserve-pool-", () -> {
        });
    }

    /// A fixed number of platform threads with a bounded queue ([Options.Limits#queue]).
    ///
    /// @param threads how many
    /// @param namePrefix the prefix of their names; a number follows
    /// @param initializer runs once on each before its first connection; if it throws, the server does not start
    static Model threadPool(int threads, String namePrefix, Runnable initializer) {
        return ModelTable.threadPool(new HandlerExecutionStrategy.ThreadPool(threads, namePrefix, initializer));
    }

    /// A virtual thread per connection, on the JDK's scheduler.
    ///
    /// Virtual threads are not preempted: one that computes keeps its carrier until it waits, and there are as many
    /// carriers as processors. When as many handlers compute at once, all others wait for one of them; [#thread] has no
    /// such limit.
    static Model virtual() {
        return ModelTable.virtual();
    }

    /// A worker process per connection, at most 40 at once.
    static Model process() {
        return process(40);
    }

    /// A worker process per connection.
    ///
    /// @param maxWorkers the maximum number of workers at once
    static Model process(int maxWorkers) {
        return process(maxWorkers, Workers.defaults());
    }

    /// A worker process per connection.
    ///
    /// @param maxWorkers the maximum number of workers at once
    /// @param workers how they are kept
    static Model process(int maxWorkers, Workers workers) {
        return ModelTable.process(new HandlerExecutionStrategy.ProcessPerConnection(maxWorkers, workers));
    }

    /// Worker processes that share the listener (prefork), each running what suits the machine and the handlers best, as
    /// [#auto()] does. Event loops are divided among them: one per processor in all, and at least one in each worker.
    static Model processPool(int workers) {
        return processPool(workers, auto());
    }

    /// Worker processes that share the listener (prefork), each running the inner model.
    static Model processPool(int workers, Model inner) {
        return processPool(workers, workers, inner, Workers.defaults());
    }

    /// Worker processes that share the listener (prefork), each running the inner model.
    ///
    /// @param minWorkers the minimum number of workers
    /// @param maxWorkers the maximum number of workers
    /// @param inner the model that runs in each; one without processes
    /// @param workers how they are kept
    static Model processPool(int minWorkers, int maxWorkers, Model inner, Workers workers) {
        return ModelTable
                .processPool(new HandlerExecutionStrategy.ProcessPool(minWorkers, maxWorkers, ModelDefinition.of(inner),
                        workers));
    }

    /// One event loop over a selector of `java.nio`.
    static Model nio() {
        return nio(1);
    }

    /// Event loops over the selectors of `java.nio`.
    static Model nio(int loops) {
        return ModelTable.nio(loops);
    }

    /// One loop that polls every connection in turn, and sleeps at most 1 ms when none is ready: slow, for teaching.
    static Model polling() {
        return polling(Duration.ofMillis(1));
    }

    /// One loop that polls every connection in turn: slow, for teaching.
    ///
    /// @param longestRest how long it may sleep after rounds in which no connection was ready, by which the next
    ///     request may be late; zero: never, so that it always takes a whole processor
    static Model polling(Duration longestRest) {
        return ModelTable.polling(longestRest);
    }

    /// One event loop over `select(2)`.
    static Model select() {
        return select(1);
    }

    /// Event loops over `select(2)`.
    static Model select(int loops) {
        return ModelTable.select(loops);
    }

    /// One event loop over `poll(2)`.
    static Model poll() {
        return poll(1);
    }

    /// Event loops over `poll(2)`.
    static Model poll(int loops) {
        return ModelTable.poll(loops);
    }

    /// One event loop over `epoll(7)`, level-triggered: readiness is reported as long as it lasts.
    static Model epoll() {
        return epoll(1);
    }

    /// Event loops over `epoll(7)`, level-triggered.
    static Model epoll(int loops) {
        return ModelTable.epoll(loops);
    }

    /// One event loop over `epoll(7)`, edge-triggered: readiness is reported once per change.
    static Model epollEt() {
        return epollEt(1);
    }

    /// Event loops over `epoll(7)`, edge-triggered.
    static Model epollEt(int loops) {
        return ModelTable.epollEt(loops);
    }

    /// One event loop over a completion ring, `io_uring(7)`.
    static Model ioUring() {
        return ioUring(1);
    }

    /// Event loops over completion rings, `io_uring(7)`.
    static Model ioUring(int loops) {
        return ModelTable.ioUring(loops);
    }

    /// Every model with its default numbers for this machine, in the order of the documentation.
    static List<Model> all() {
        int processors = Runtime.getRuntime().availableProcessors();
        return List.of(auto(), iterative(), thread(), threadPool(4 * processors), virtual(), process(),
                processPool(processors),
                polling(), select(), poll(), epoll(), epollEt(), ioUring(), nio());
    }

    /// The model of this id, with its default numbers.
    ///
    /// @throws IllegalArgumentException with the known ids, when there is none of this id
    static Model named(String id) {
        return ModelNames.named(id, all());
    }
}
