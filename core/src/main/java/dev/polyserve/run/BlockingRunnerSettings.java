package dev.polyserve.run;

import dev.polyserve.Options;
import dev.polyserve.spi.HandlerExecutionStrategy;
import java.util.function.Supplier;

/// What a [BlockingRunner] needs to know of its model: the executor, and the number of connections taken at once.
final class BlockingRunnerSettings {
    /// Called when the server starts.
    final Supplier<ConnectionExecutor> hosts;
    final int capacity;
    /// Whether a request taken by `handleRequest` has ended when that call returns.
    final boolean inline;

    private BlockingRunnerSettings(Supplier<ConnectionExecutor> hosts, int capacity, boolean inline) {
        this.hosts = hosts;
        this.capacity = capacity;
        this.inline = inline;
    }

    /// One thread, which serves one connection after another.
    static BlockingRunnerSettings iterative() {
        return new BlockingRunnerSettings(() -> new ThreadPoolConnectionExecutor(1, "polyserve-server-", () -> {
        }), 1, true);
    }

    /// A platform thread for each connection.
    static BlockingRunnerSettings threads() {
        return new BlockingRunnerSettings(ThreadPerConnectionExecutor::platform, Integer.MAX_VALUE, false);
    }

    /// A fixed number of platform threads, and the queue that the options define.
    static BlockingRunnerSettings pool(HandlerExecutionStrategy.ThreadPool pool, Options options) {
        int capacity = (int) Math.min(Integer.MAX_VALUE, (long) pool.threads() + options.limits().queue());
        return new BlockingRunnerSettings(
                () -> new ThreadPoolConnectionExecutor(pool.threads(), pool.namePrefix(), pool.initializer()),
                capacity, false);
    }

    /// A virtual thread for each connection, over sockets on which a blocked virtual thread releases its carrier.
    static BlockingRunnerSettings virtual() {
        return new BlockingRunnerSettings(ThreadPerConnectionExecutor::virtual, Integer.MAX_VALUE, false);
    }
}
