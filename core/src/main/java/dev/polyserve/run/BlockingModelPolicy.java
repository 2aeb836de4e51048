package dev.polyserve.run;

import dev.polyserve.Options;
import dev.polyserve.spi.HandlerExecution;
import java.util.function.Supplier;

/// What a [BlockingRunner] needs to know of its model: the executor, and the number of connections taken at once.
final class BlockingModelPolicy {
    /// Called when the server starts.
    final Supplier<ConnectionExecutor> hosts;
    final int capacity;
    /// Whether a request taken by `handleRequest` has ended when that call returns.
    final boolean inline;

    private BlockingModelPolicy(Supplier<ConnectionExecutor> hosts, int capacity, boolean inline) {
        this.hosts = hosts;
        this.capacity = capacity;
        this.inline = inline;
    }

    /// One thread, which serves one connection after another.
    static BlockingModelPolicy iterative() {
        return new BlockingModelPolicy(() -> new PooledExecutor(1, "polyserve-server-", () -> {
        }), 1, true);
    }

    /// A platform thread for each connection.
    static BlockingModelPolicy threads() {
        return new BlockingModelPolicy(ThreadPerConnectionExecutor::platform, Integer.MAX_VALUE, false);
    }

    /// A fixed number of platform threads, and the queue that the options define.
    static BlockingModelPolicy pool(HandlerExecution.ThreadPool pool, Options options) {
        int capacity = (int) Math.min(Integer.MAX_VALUE, (long) pool.threads() + options.limits().queue());
        return new BlockingModelPolicy(() -> new PooledExecutor(pool.threads(), pool.namePrefix(), pool.initializer()),
                capacity, false);
    }

    /// A virtual thread for each connection, over sockets on which a blocked virtual thread releases its carrier.
    static BlockingModelPolicy virtual() {
        return new BlockingModelPolicy(ThreadPerConnectionExecutor::virtual, Integer.MAX_VALUE, false);
    }
}
