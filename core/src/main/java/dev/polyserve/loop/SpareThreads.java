package dev.polyserve.loop;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The platform threads of a server that have no event loop to run now, because their loop was handed off, and those
/// created to take one over, or to run a stretch of a handler's code beside it. Their number, with those that still run a handler's code, is bounded.
///
/// A thread that gets nothing to run for half a minute ends.
///
/// **Thread**: any.
final class SpareThreads implements AutoCloseable {
    /// The most threads besides one per loop.
    static final int MOST = 64;
    private static final long KEEP_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long SHORTLY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /// A thread is put into the first free place, and the first one found is taken: mostly the last that was put there, whose
    /// caches are warm. An array, because a thread must be kept without memory, too.
    private final AtomicReferenceArray<@Nullable LoopThread> idle = new AtomicReferenceArray<>(MOST);
    /// The number of threads besides one per loop.
    private final AtomicInteger alive = new AtomicInteger();
    private volatile boolean closed;

    /// Takes a thread that waits for a task; a call of [LoopThread#give] or [#giveBack] follows.
    ///
    /// @return null if there are too many, or the system has no more
    @Nullable LoopThread take() {
        LoopThread warm = pollIdle();
        if (warm != null || closed) {
            return warm;
        }
        if (alive.getAndIncrement() >= MOST) {
            alive.decrementAndGet();
            return null;
        }
        try {
            LoopThread created = new LoopThread(this);
            created.start();
            return created;
        } catch (OutOfMemoryError e) {
            // There is no memory, or the system refuses another thread: as if there were too many, which the stall monitor reports.
            alive.decrementAndGet();
            return null;
        }
    }

    /// Gives back a thread that gets no task after all.
    void giveBack(LoopThread thread) {
        addIdle(thread);
        if (closed) {
            LockSupport.unpark(thread);
        }
    }

    /// Keeps a thread whose loop was handed off, and that has nothing left to run for it, until it gets a loop
    /// or a stretch.
    ///
    /// @return what it runs next; null when it is to end
    LoopThread.@Nullable Task keep(LoopThread thread) {
        thread.rename(LoopThread.SPARE_NAME);
        thread.stretch().retire();
        addIdle(thread);
        return awaitTask(thread);
    }

    /// Waits until the thread gets a loop or a stretch of a handler's code.
    ///
    /// @return null when it is to end
    LoopThread.@Nullable Task awaitTask(LoopThread thread) {
        long until = System.nanoTime() + KEEP_NANOS;
        LoopThread.Task given;
        while ((given = thread.takeGiven()) == null) {
            long left = until - System.nanoTime();
            if ((closed || left <= 0) && removeIdle(thread)) {
                alive.decrementAndGet();
                return null;
            }
            // If it is idle no more, it gets a task, or is given back, in a moment.
            LockSupport.parkNanos(this, Math.max(left, SHORTLY_NANOS));
            boolean _ = Thread.interrupted(); // left by a handler: it would end every wait
        }
        return given;
    }

    /// The number of threads besides one per loop.
    int alive() {
        return alive.get();
    }

    /// Ends the threads that have no loop; the others end when they have none.
    @Override
    public void close() {
        closed = true;
        for (int i = 0; i < MOST; i++) {
            LockSupport.unpark(idle.get(i));
        }
    }

    private @Nullable LoopThread pollIdle() {
        for (int i = 0; i < MOST; i++) {
            LoopThread found = idle.get(i);
            if (found != null && idle.compareAndSet(i, found, null)) {
                return found;
            }
        }
        return null;
    }

    /// There is room for each thread: no more exist.
    private void addIdle(LoopThread thread) {
        for (int i = 0;; i = (i + 1) % MOST) {
            if (idle.compareAndSet(i, null, thread)) {
                return;
            }
        }
    }

    private boolean removeIdle(LoopThread thread) {
        for (int i = 0; i < MOST; i++) {
            if (thread.equals(idle.get(i)) && idle.compareAndSet(i, thread, null)) {
                return true;
            }
        }
        return false;
    }
}
