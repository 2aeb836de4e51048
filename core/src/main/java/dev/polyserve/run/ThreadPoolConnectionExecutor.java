package dev.polyserve.run;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A fixed number of platform threads and a queue. The server's admission bounds the queue.
final class ThreadPoolConnectionExecutor implements ConnectionExecutor {
    private static final long BOOT_SECONDS = 30;

    private final ThreadPoolExecutor pool;

    /// Starts all threads and waits until each has run the initialiser.
    ///
    /// @throws IllegalStateException if an initialiser throws or does not end in time; no thread is left
    ThreadPoolConnectionExecutor(int threads, String namePrefix, Runnable initializer) {
        AtomicInteger number = new AtomicInteger();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        CountDownLatch booted = new CountDownLatch(threads);
        this.pool = new ThreadPoolExecutor(threads, threads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                work -> Thread.ofPlatform().daemon().name(namePrefix + number.incrementAndGet()).unstarted(() -> {
                    if (initialised(initializer, failure, booted)) {
                        work.run();
                    }
                }));
        pool.prestartAllCoreThreads();
        awaitBoot(booted, failure);
    }

    private static boolean initialised(Runnable initializer, AtomicReference<@Nullable Throwable> failure,
            CountDownLatch booted) {
        try {
            initializer.run();
            return true;
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
            return false;
        } finally {
            booted.countDown();
        }
    }

    private void awaitBoot(CountDownLatch booted, AtomicReference<@Nullable Throwable> failure) {
        try {
            if (!booted.await(BOOT_SECONDS, TimeUnit.SECONDS)) {
                pool.shutdownNow();
                throw new IllegalStateException("the pool's initialiser has not ended after " + BOOT_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            pool.shutdownNow();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the pool's threads started", e);
        }
        Throwable thrown = failure.get();
        if (thrown != null) {
            pool.shutdownNow();
            throw new IllegalStateException("the pool's initialiser failed: " + thrown, thrown);
        }
    }

    @Override
    public void run(Runnable task, String name) {
        pool.execute(task);
    }

    @Override
    public List<Runnable> close() {
        return new ArrayList<>(pool.shutdownNow());
    }
}
