package dev.polyserve.coroutine.hub;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Runs offloaded computations of all hubs, on as many platform threads as there are processors.
///
/// **Thread**: any.
final class OffloadPool {
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    private static final ExecutorService THREADS = threads();

    private OffloadPool() {}

    private static ExecutorService threads() {
        // Each entry belongs to one waiting task, so the number of tasks bounds the queue.
        var pool = new ThreadPoolExecutor(PROCESSORS, PROCESSORS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name("polyserve-offload-", 1).factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /// Runs `work` on one of the threads and then `done`, whatever the outcome, also when it is cancelled before it
    /// begins.
    static <T> FutureTask<T> start(Callable<T> work, Runnable done) {
        var computation = new FutureTask<>(work) {
            @Override
            protected void done() {
                done.run();
            }
        };
        THREADS.execute(computation);
        return computation;
    }
}
