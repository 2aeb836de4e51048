package dev.polyserve.spi;

import dev.polyserve.Model;
import dev.polyserve.Workers;
import java.time.Duration;
import java.util.function.UnaryOperator;

/// The variants of [Model], with their numbers, for the engine's exhaustive switch. User programs name models only by
/// the factories of [Model], so a new variant breaks none of their switches.
public sealed interface ModelVariant extends Model {
    /// One client after another, on the server's own thread.
    record Iterative() implements ModelVariant {
        @Override
        public String id() {
            return "iterative";
        }
    }

    /// A platform thread per connection. The system shares processors among them, so a long computation in one does not
    /// hold up the others.
    record Threads() implements ModelVariant {
        @Override
        public String id() {
            return "thread";
        }
    }

    /// A fixed number of platform threads with a bounded queue ([dev.polyserve.Options.Limits#queue]).
    ///
    /// @param threads how many
    /// @param namePrefix the prefix of their names; a number follows
    /// @param initializer runs once on each before its first connection; if it throws, the server does not start
    record ThreadPool(int threads, String namePrefix, Runnable initializer) implements ModelVariant {
        /// Checks the number.
        public ThreadPool {
            requirePositive("threads", threads);
        }

        /// The same pool with other thread names: prefix and number.
        public ThreadPool withNames(String prefix) {
            return new ThreadPool(threads, prefix, initializer);
        }

        /// The same pool with an initializer for each thread.
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
    /// Virtual threads are not preempted: one that computes keeps its carrier until it waits, and there are as many
    /// carriers as processors. When as many handlers compute at once, all others wait for one of them; [Model#thread]
    /// has no such limit.
    record VirtualThreads() implements ModelVariant {
        @Override
        public String id() {
            return "virtual";
        }
    }

    /// A worker process per connection.
    ///
    /// @param maxWorkers the maximum number of workers at once
    /// @param workers how they are kept
    record ProcessPerConnection(int maxWorkers, Workers workers) implements ModelVariant {
        /// Checks the number.
        public ProcessPerConnection {
            requirePositive("workers", maxWorkers);
        }

        /// The same with another maximum number of workers.
        public ProcessPerConnection withMaxWorkers(int most) {
            return new ProcessPerConnection(most, workers);
        }

        /// The same with other worker settings: `.with(w -> w.withSpare(4, 8))`.
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
    /// @param minWorkers the minimum number of workers
    /// @param maxWorkers the maximum number of workers
    /// @param inner the model that runs in each
    /// @param workers how they are kept
    record ProcessPool(int minWorkers, int maxWorkers, Model inner, Workers workers) implements ModelVariant {
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

        /// The same with another minimum and maximum number of workers.
        public ProcessPool withWorkers(int least, int most) {
            return new ProcessPool(least, most, inner, workers);
        }

        /// The same with this model in each.
        public ProcessPool withInner(Model model) {
            return new ProcessPool(minWorkers, maxWorkers, model, workers);
        }

        /// The same with other worker settings: `.with(w -> w.withRecycleConnections(10_000))`.
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
    record Nio(int loops) implements ModelVariant {
        /// Checks the number.
        public Nio {
            requirePositive("loops", loops);
        }

        @Override
        public String id() {
            return "nio";
        }
    }

    /// One loop that polls every connection in turn: slow, for teaching.
    ///
    /// @param longestRest how long it may sleep after rounds in which no connection was ready, by which the next
    ///     request may be late; zero: never, so that it always takes a whole processor
    record Polling(Duration longestRest) implements ModelVariant {
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
    record Select(int loops) implements ModelVariant {
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
    record Poll(int loops) implements ModelVariant {
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
    /// @param edgeTriggered whether readiness is reported once per change rather than as long as it lasts
    record Epoll(int loops, boolean edgeTriggered) implements ModelVariant {
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
    record IoUring(int loops) implements ModelVariant {
        /// Checks the number.
        public IoUring {
            requirePositive("loops", loops);
        }

        @Override
        public String id() {
            return "io_uring";
        }
    }

    private static void requirePositive(String what, int number) {
        if (number < 1) {
            throw new IllegalArgumentException(what + ": " + number + " is not a positive number");
        }
    }
}
