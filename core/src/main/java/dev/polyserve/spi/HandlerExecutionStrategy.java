package dev.polyserve.spi;

import dev.polyserve.Workers;
import java.util.Optional;

/// What runs the handlers of a model, and how many: a thread per connection, a pool, event loops, processes.
///
/// A runner is chosen by the one exhaustive switch over this type (in `dev.polyserve.run.Runners`). All other code asks
/// the questions below, so that a new model changes no other place.
public sealed interface HandlerExecutionStrategy {
    /// How many connections are served at once, apart from the server's own limit.
    int capacity();

    /// How many event loops it has in this process; 0 if none.
    default int loops() {
        return 0;
    }

    /// What the event loops wait in, in this process or in each worker; empty if connections share no event loop.
    default Optional<MultiplexerKind> multiplexing() {
        return Optional.empty();
    }

    /// The worker processes; empty if handlers run in the server's process.
    default Optional<Processes> processes() {
        return Optional.empty();
    }

    /// Whether its sockets are channels of the JDK, whose descriptors no other program can take over.
    default boolean needsChannels() {
        return multiplexing().filter(MultiplexerKind.JavaNio.class::isInstance).isPresent();
    }

    /// Whether each connection starts a worker process, which serves it and ends.
    default boolean startsPerConnection() {
        return false;
    }

    /// How many processes accept connections and receive datagrams, each without knowledge of the others.
    default int receivers() {
        return 1;
    }

    /// What is left to be chosen for this machine when a server is bound; empty if nothing is.
    default Optional<Auto> undecided() {
        return Optional.empty();
    }

    /// The model that runs in each worker process; empty if there is none.
    default Optional<ModelDefinition> inner() {
        return Optional.empty();
    }

    /// Whether connections that are accepted may wait in a queue of the server until a thread is free.
    default boolean hasQueue() {
        return false;
    }

    /// Whether each open connection occupies a platform thread of its own.
    default boolean hasThreadPerConnection() {
        return false;
    }

    /// The same with this number of event loops.
    ///
    /// @throws UnsupportedOperationException with the reason when its number of loops cannot be chosen
    /// @throws IllegalArgumentException when the number is not positive
    default HandlerExecutionStrategy withLoops(int count) {
        throw new UnsupportedOperationException(
                "it has no event loops; nio, select, poll, epoll, epoll-et and io_uring have them");
    }

    /// The same with this number of threads or worker processes.
    ///
    /// @throws UnsupportedOperationException with the reason when it has neither
    /// @throws IllegalArgumentException when these numbers do not suit it
    default HandlerExecutionStrategy withWorkers(int least, int most) {
        throw new UnsupportedOperationException("it belongs to thread-pool, process and process-pool");
    }

    /// The same with this model in each worker process.
    ///
    /// @throws UnsupportedOperationException with the reason when its workers run no model of their own
    /// @throws IllegalArgumentException when a worker cannot run that model
    default HandlerExecutionStrategy withInner(ModelDefinition model) {
        throw new UnsupportedOperationException("it belongs to process-pool");
    }

    /// What suits this machine and the server's handlers best; chosen when the server is bound.
    ///
    /// @param count how many event loops, if those are chosen; 0: one for each processor, among all worker processes
    record Auto(int count) implements HandlerExecutionStrategy {
        /// Checks the number.
        public Auto {
            if (count < 0) {
                throw new IllegalArgumentException("loops: " + count + " is negative");
            }
        }

        @Override
        public int capacity() {
            return Integer.MAX_VALUE;
        }

        @Override
        public Optional<Auto> undecided() {
            return Optional.of(this);
        }

        @Override
        public Auto withLoops(int number) {
            requirePositive("loops", number);
            return new Auto(number);
        }
    }

    /// Threads of the server's process, each of which blocks while its handler waits.
    sealed interface Threads extends HandlerExecutionStrategy {}

    /// One thread, which serves one client after another.
    record Iterative() implements Threads {
        @Override
        public int capacity() {
            return 1;
        }
    }

    /// A platform thread per connection.
    record ThreadPerConnection() implements Threads {
        @Override
        public int capacity() {
            return Integer.MAX_VALUE;
        }

        @Override
        public boolean hasThreadPerConnection() {
            return true;
        }
    }

    /// A fixed number of platform threads with a bounded queue ([dev.polyserve.Options.Limits#queue]).
    ///
    /// @param threads how many
    /// @param namePrefix the prefix of their names; a number follows
    /// @param initializer runs once on each before its first connection; if it throws, the server does not start
    record ThreadPool(int threads, String namePrefix, Runnable initializer) implements Threads {
        /// Checks the number.
        public ThreadPool {
            requirePositive("threads", threads);
        }

        @Override
        public int capacity() {
            return threads;
        }

        @Override
        public boolean hasQueue() {
            return true;
        }

        @Override
        public ThreadPool withWorkers(int least, int most) {
            if (least != most) {
                throw new IllegalArgumentException("a thread-pool has a fixed number of threads, so give one number");
            }
            return new ThreadPool(least, namePrefix, initializer);
        }
    }

    /// A virtual thread per connection, on the JDK's scheduler.
    record VirtualThreads() implements Threads {
        @Override
        public int capacity() {
            return Integer.MAX_VALUE;
        }
    }

    /// Event loops, which carry the handlers of their connections.
    ///
    /// @param count how many
    /// @param waitsIn the mechanism in which each waits
    record Loops(int count, MultiplexerKind waitsIn) implements HandlerExecutionStrategy {
        /// Checks the number.
        public Loops {
            requirePositive("loops", count);
        }

        @Override
        public int capacity() {
            return Integer.MAX_VALUE;
        }

        @Override
        public int loops() {
            return count;
        }

        @Override
        public Optional<MultiplexerKind> multiplexing() {
            return Optional.of(waitsIn);
        }

        @Override
        public Loops withLoops(int number) {
            if (waitsIn instanceof MultiplexerKind.Polling) {
                throw new UnsupportedOperationException("it always has one loop");
            }
            return new Loops(number, waitsIn);
        }
    }

    /// Worker processes.
    sealed interface Processes extends HandlerExecutionStrategy {
        /// The minimum number of workers.
        int minWorkers();

        /// The maximum number of workers.
        int maxWorkers();

        /// How they are kept.
        Workers workers();

        /// The same with other settings of its workers.
        Processes with(Workers other);

        @Override
        default Optional<Processes> processes() {
            return Optional.of(this);
        }
    }

    /// A worker process per connection, which the server's process accepts.
    ///
    /// @param maxWorkers the maximum number of workers at once
    /// @param workers how they are kept
    record ProcessPerConnection(int maxWorkers, Workers workers) implements Processes {
        /// Checks the number.
        public ProcessPerConnection {
            requirePositive("workers", maxWorkers);
        }

        @Override
        public int capacity() {
            return maxWorkers;
        }

        @Override
        public int minWorkers() {
            return 0;
        }

        @Override
        public boolean startsPerConnection() {
            return true;
        }

        @Override
        public ProcessPerConnection with(Workers other) {
            return new ProcessPerConnection(maxWorkers, other);
        }

        @Override
        public ProcessPerConnection withWorkers(int least, int most) {
            return new ProcessPerConnection(most, workers);
        }
    }

    /// Worker processes that share the listener (prefork), each running an inner model.
    ///
    /// @param minWorkers the minimum number of workers
    /// @param maxWorkers the maximum number of workers
    /// @param innerModel the model that runs in each
    /// @param workers how they are kept
    record ProcessPool(int minWorkers, int maxWorkers, ModelDefinition innerModel,
            Workers workers) implements Processes {
        /// Checks the numbers and the inner model.
        public ProcessPool {
            requirePositive("workers", minWorkers);
            if (maxWorkers < minWorkers) {
                throw new IllegalArgumentException(
                        "workers: the maximum " + maxWorkers + " is less than the minimum " + minWorkers);
            }
            if (innerModel.execution().processes().isPresent()) {
                throw new IllegalArgumentException(
                        "inner: a worker process cannot run the model " + innerModel.id()
                                + "; take one without processes");
            }
        }

        @Override
        public int capacity() {
            return (int) Math.min(Integer.MAX_VALUE, (long) maxWorkers * innerModel.execution().capacity());
        }

        @Override
        public Optional<MultiplexerKind> multiplexing() {
            return innerModel.execution().multiplexing();
        }

        @Override
        public boolean hasQueue() {
            return innerModel.execution().hasQueue();
        }

        @Override
        public int receivers() {
            return maxWorkers;
        }

        @Override
        public ProcessPool with(Workers other) {
            return new ProcessPool(minWorkers, maxWorkers, innerModel, other);
        }

        @Override
        public ProcessPool withWorkers(int least, int most) {
            return new ProcessPool(least, most, innerModel, workers);
        }

        @Override
        public Optional<ModelDefinition> inner() {
            return Optional.of(innerModel);
        }

        @Override
        public ProcessPool withInner(ModelDefinition model) {
            return new ProcessPool(minWorkers, maxWorkers, model, workers);
        }
    }

    private static void requirePositive(String what, int number) {
        if (number < 1) {
            throw new IllegalArgumentException(what + ": " + number + " is not a positive number");
        }
    }
}
