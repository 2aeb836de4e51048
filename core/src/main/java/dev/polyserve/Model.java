package dev.polyserve;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/// How handlers run at once: the one word that changes without touching the handler.
///
/// A model that this machine or this build cannot run is refused at start with the reason ([ModelUnavailableException]);
/// [Server#whyNot] asks beforehand.
public sealed interface Model {
    /// Its name on the command line and in messages.
    String id();

    /// One client after another, on the server's own thread.
    record Iterative() implements Model {
        @Override
        public String id() {
            return "iterative";
        }
    }

    /// A platform thread per connection. The system shares processors among them, so that one that computes for long does not
    /// hold up the others.
    record Threads() implements Model {
        @Override
        public String id() {
            return "thread";
        }
    }

    /// A fixed number of platform threads with a bounded queue ([Options.Limits#queue]).
    ///
    /// @param threads how many
    /// @param namePrefix what their names begin with
    /// @param initializer runs once on each before its first connection; if it throws, the server does not start
    record ThreadPool(int threads, String namePrefix, Runnable initializer) implements Model {
        /// Checks the number.
        public ThreadPool {
            requirePositive("threads", threads);
        }

        /// The same pool with other thread names: prefix and number.
        public ThreadPool withNames(String prefix) {
            return new ThreadPool(threads, prefix, initializer);
        }

        /// The same pool with something each thread runs first.
        public ThreadPool withInitializer(Runnable first) {
            return new ThreadPool(threads, namePrefix, first);
        }

        @Override
        public String id() {
            return "thread-pool";
        }
    }

    /// A virtual thread per connection, on the JDK's scheduler.
    ///
    /// Virtual threads do not share time: one that computes keeps its carrier, of which there are as many as processors, until
    /// it waits. When as many handlers compute at once, all others wait for one of them; [#threads] has no such limit.
    record VirtualThreads() implements Model {
        @Override
        public String id() {
            return "virtual";
        }
    }

    /// A worker process per connection.
    ///
    /// @param maxWorkers how many at once
    /// @param workers how they are kept
    record ProcessPerConnection(int maxWorkers, Workers workers) implements Model {
        /// Checks the number.
        public ProcessPerConnection {
            requirePositive("workers", maxWorkers);
        }

        /// The same with at most so many at once.
        public ProcessPerConnection withMaxWorkers(int most) {
            return new ProcessPerConnection(most, workers);
        }

        /// The same with something changed about its workers: `.with(w -> w.withSpare(4, 8))`.
        public ProcessPerConnection with(UnaryOperator<Workers> change) {
            return new ProcessPerConnection(maxWorkers, change.apply(workers));
        }

        @Override
        public String id() {
            return "process";
        }
    }

    /// Worker processes that share the listener (prefork), each running an inner model.
    ///
    /// @param minWorkers how many at least
    /// @param maxWorkers how many at most
    /// @param inner what runs in each
    /// @param workers how they are kept
    record ProcessPool(int minWorkers, int maxWorkers, Model inner, Workers workers) implements Model {
        /// Checks the numbers and the inner model.
        public ProcessPool {
            requirePositive("workers", minWorkers);
            if (maxWorkers < minWorkers) {
                throw new IllegalArgumentException(
                        "workers: the maximum " + maxWorkers + " is less than the minimum " + minWorkers);
            }
            if (inner instanceof ProcessPool || inner instanceof ProcessPerConnection) {
                throw new IllegalArgumentException(
                        "inner: a worker process cannot run the model " + inner.id() + "; take one without processes");
            }
        }

        /// The same with at least and at most so many.
        public ProcessPool withWorkers(int least, int most) {
            return new ProcessPool(least, most, inner, workers);
        }

        /// The same with this model in each.
        public ProcessPool withInner(Model model) {
            return new ProcessPool(minWorkers, maxWorkers, model, workers);
        }

        /// The same with something changed about its workers: `.with(w -> w.withRecycleConnections(10_000))`.
        public ProcessPool with(UnaryOperator<Workers> change) {
            return new ProcessPool(minWorkers, maxWorkers, inner, change.apply(workers));
        }

        @Override
        public String id() {
            return "process-pool";
        }
    }

    /// Event loops over the selectors of `java.nio`.
    ///
    /// @param loops how many
    record Nio(int loops) implements Model {
        /// Checks the number.
        public Nio {
            requirePositive("loops", loops);
        }

        @Override
        public String id() {
            return "nio";
        }
    }

    /// One loop that asks every connection in turn: the slow one, for teaching.
    ///
    /// @param longestRest how long it may rest after rounds in which nobody was ready, by which the next request may be late;
    ///         zero: never, so that it always takes a whole processor
    record Polling(Duration longestRest) implements Model {
        /// Checks the time.
        public Polling {
            if (longestRest.isNegative()) {
                throw new IllegalArgumentException("longestRest: " + longestRest + " is negative");
            }
        }

        @Override
        public String id() {
            return "polling";
        }
    }

    /// Event loops over `select(2)`.
    ///
    /// @param loops how many
    record Select(int loops) implements Model {
        /// Checks the number.
        public Select {
            requirePositive("loops", loops);
        }

        @Override
        public String id() {
            return "select";
        }
    }

    /// Event loops over `poll(2)`.
    ///
    /// @param loops how many
    record Poll(int loops) implements Model {
        /// Checks the number.
        public Poll {
            requirePositive("loops", loops);
        }

        @Override
        public String id() {
            return "poll";
        }
    }

    /// Event loops over `epoll(7)`.
    ///
    /// @param loops how many
    /// @param edgeTriggered whether readiness is told once per change rather than as long as it lasts
    record Epoll(int loops, boolean edgeTriggered) implements Model {
        /// Checks the number.
        public Epoll {
            requirePositive("loops", loops);
        }

        @Override
        public String id() {
            return edgeTriggered ? "epoll-et" : "epoll";
        }
    }

    /// Event loops over a completion ring, `io_uring(7)`.
    ///
    /// @param loops how many
    record IoUring(int loops) implements Model {
        /// Checks the number.
        public IoUring {
            requirePositive("loops", loops);
        }

        @Override
        public String id() {
            return "io_uring";
        }
    }

    /// One client after another.
    static Model iterative() {
        return new Iterative();
    }

    /// A platform thread per connection.
    static Model threads() {
        return new Threads();
    }

    /// So many platform threads.
    static ThreadPool threadPool(int threads) {
        return new ThreadPool(threads, "polyserve-pool-", () -> {
        });
    }

    /// A virtual thread per connection: the default. For handlers that mostly wait; see [VirtualThreads] for those that
    /// compute.
    static Model virtualThreads() {
        return new VirtualThreads();
    }

    /// A worker process per connection, at most 40 at once.
    static ProcessPerConnection processPerConnection() {
        return new ProcessPerConnection(40, Workers.DEFAULTS);
    }

    /// So many worker processes, each with virtual threads.
    static ProcessPool processPool(int workers) {
        return new ProcessPool(workers, workers, virtualThreads(), Workers.DEFAULTS);
    }

    /// One event loop over a selector.
    static Model nio() {
        return new Nio(1);
    }

    /// So many event loops over selectors.
    static Model nio(int loops) {
        return new Nio(loops);
    }

    /// One loop that asks every connection in turn, and rests 1 ms at most when nobody is ready.
    static Model polling() {
        return new Polling(Duration.ofMillis(1));
    }

    /// One event loop over `select`.
    static Model select() {
        return new Select(1);
    }

    /// One event loop over `poll`.
    static Model poll() {
        return new Poll(1);
    }

    /// One event loop over `epoll`, level-triggered.
    static Model epoll() {
        return new Epoll(1, false);
    }

    /// One event loop over `epoll`, edge-triggered.
    static Model epollEdgeTriggered() {
        return new Epoll(1, true);
    }

    /// One event loop over a completion ring.
    static Model ioUring() {
        return new IoUring(1);
    }

    /// Every model with its usual numbers for this machine, in the order of the documentation.
    static List<Model> all() {
        return List.of(iterative(), threads(), threadPool(4 * Runtime.getRuntime().availableProcessors()),
                virtualThreads(), processPerConnection(), processPool(Runtime.getRuntime().availableProcessors()),
                polling(), select(), poll(), epoll(), epollEdgeTriggered(), ioUring(), nio());
    }

    /// The model of this name, with its usual numbers.
    ///
    /// @throws IllegalArgumentException naming the known ones, when there is none
    static Model named(String id) {
        return ModelNames.named(id, all());
    }

    private static void requirePositive(String what, int number) {
        if (number < 1) {
            throw new IllegalArgumentException(what + ": " + number + " is not a positive number");
        }
    }
}
