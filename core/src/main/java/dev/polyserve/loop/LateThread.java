package dev.polyserve.loop;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Runs what still comes to a loop that has ended: coroutines that take their time to unwind, and virtual threads that they
/// started, which have the loop for their scheduler as long as they live. One thread, a daemon, which is there only while
/// there is something to run.
///
/// **Thread**: any.
final class LateThread implements Executor {
    private static final long KEPT_SECONDS = 1;

    private final ThreadPoolExecutor one;

    LateThread(String name) {
        one = new ThreadPoolExecutor(1, 1, KEPT_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                task -> Thread.ofPlatform().daemon().name(name).unstarted(task));
        one.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
        one.execute(task);
    }
}
