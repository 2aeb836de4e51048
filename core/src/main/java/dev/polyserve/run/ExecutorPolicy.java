package dev.polyserve.run;

import dev.polyserve.spi.ModelVariant;
import dev.polyserve.Options;
import java.util.function.Supplier;

/// What tells the models apart in which a connection has a thread for its time: which threads, and how many connections those
/// take at once.
public final class ExecutorPolicy {
    /// Made when the server starts.
    final Supplier<ConnectionExecutor> hosts;
    final int capacity;
    /// Whether a request taken by `handleRequest` is over when that returns.
    final boolean inline;

    private ExecutorPolicy(Supplier<ConnectionExecutor> hosts, int capacity, boolean inline) {
        this.hosts = hosts;
        this.capacity = capacity;
        this.inline = inline;
    }

    /// One thread, one connection after another.
    public static ExecutorPolicy iterative() {
        return new ExecutorPolicy(() -> new PooledExecutor(1, "polyserve-server-", () -> {
        }), 1, true);
    }

    /// A platform thread for each.
    public static ExecutorPolicy threads() {
        return new ExecutorPolicy(ThreadPerConnectionExecutor::platform, Integer.MAX_VALUE, false);
    }

    /// A fixed number of platform threads, and the queue of the options.
    public static ExecutorPolicy pool(ModelVariant.ThreadPool pool, Options options) {
        int capacity = (int) Math.min(Integer.MAX_VALUE, (long) pool.threads() + options.limits().queue());
        return new ExecutorPolicy(() -> new PooledExecutor(pool.threads(), pool.namePrefix(), pool.initializer()),
                capacity, false);
    }

    /// A virtual thread for each, over sockets whose waits do not hold its carrier.
    public static ExecutorPolicy virtual() {
        return new ExecutorPolicy(ThreadPerConnectionExecutor::virtual, Integer.MAX_VALUE, false);
    }
}
