package dev.polyserve.coroutine;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Where hubs compute elsewhere: as many platform threads as there are processors, for all hubs of the program.
///
/// **Thread**: any.
final class Offload {
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    private static final ExecutorService THREADS = threads();

    private Offload() {}

    private static ExecutorService threads() {
        // At most one entry per waiting task, so the queue needs no bound of its own.
        var pool = new ThreadPoolExecutor(PROCESSORS, PROCESSORS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name("polyserve-offload-", 1).factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /// Computes there, then tells `done` there, however it ended, also when it is cancelled before it begins.
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
