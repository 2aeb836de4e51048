package dev.polyserve.coroutine.hub;

import dev.polyserve.coroutine.queue.OutOfMemorySafeQueue;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A [Group] with a limited number of tasks: a spawn into a full pool waits, in the order of arrival.
///
/// **Thread**: tasks of the hub.
public final class Pool extends Group {
    private final int places;
    private final OutOfMemorySafeQueue<Waiter> waiting = new OutOfMemorySafeQueue<>();
    private int free;

    /// A pool with the given number of places; with none, every spawn waits.
    ///
    /// @throws IllegalArgumentException when the number is negative
    public Pool(Hub hub, int places) {
        super(hub);
        if (places < 0) {
            throw new IllegalArgumentException("a pool cannot have " + places + " places");
        }
        this.places = places;
        this.free = places;
    }

    /// The number of free places.
    public int free() {
        return free;
    }

    /// Whether no place is free, so that a spawn waits.
    public boolean isFull() {
        return free == 0;
    }

    /// Starts a task in this pool, after waiting for a place.
    @Override
    public <T extends @Nullable Object> Task<T> spawn(TaskCallable<T> work) throws InterruptedException {
        take(Long.MAX_VALUE);
        return started(work);
    }

    /// Starts a task in this pool, after waiting for a place at most for the given time.
    ///
    /// @throws PoolFullException when no place became free in time; a zero duration does not wait
    public <T extends @Nullable Object> Task<T> spawn(Duration atMost, TaskCallable<T> work)
            throws InterruptedException {
        if (!take(Hub.nanos(atMost))) {
            throw full(atMost);
        }
        return started(work);
    }

    /// Starts a task in this pool if a place is free.
    public <T extends @Nullable Object> Optional<Task<T>> trySpawn(TaskCallable<T> work) throws InterruptedException {
        return free > 0 && take(0) ? Optional.of(started(work)) : Optional.empty();
    }

    /// Adds a task that was spawned elsewhere, after waiting for a place.
    @Override
    public void add(Task<?> task) throws InterruptedException {
        take(Long.MAX_VALUE);
        enter(task);
    }

    /// Adds a task that was spawned elsewhere, after waiting for a place at most for the given time.
    ///
    /// @throws PoolFullException when no place became free in time; a zero duration does not wait
    public void add(Duration atMost, Task<?> task) throws InterruptedException {
        if (!take(Hub.nanos(atMost))) {
            throw full(atMost);
        }
        enter(task);
    }

    /// Waits until a place is free. Another task may take it before the caller does.
    ///
    /// @return whether a place became free in time
    public boolean awaitFree(Duration atMost) throws InterruptedException {
        boolean taken = take(Hub.nanos(atMost));
        if (taken) {
            release();
        }
        return taken;
    }

    /// Removes a task from the pool and frees its place; the task continues.
    @Override
    public boolean discard(Task<?> task) {
        boolean was = super.discard(task);
        if (was) {
            release();
        }
        return was;
    }

    private <T extends @Nullable Object> Task<T> started(TaskCallable<T> work) throws InterruptedException {
        Task<T> task = core().newTask(core().newName(), work);
        enter(task);
        core().begin(task);
        return task;
    }

    /// Adds a task after its place was taken.
    private void enter(Task<?> task) throws InterruptedException {
        int before = size();
        super.add(task);
        if (size() == before && !task.isDone()) {
            release(); // the task was in the pool already
        }
    }

    private boolean take(long atMostNanos) throws InterruptedException {
        core().refuseConcurrent("use a pool");
        if (free > 0) {
            free--;
            return true;
        }
        if (atMostNanos == 0) {
            return false;
        }
        Task<?> task = core().requireTask("wait for a place in a pool");
        Waiter waiter = new Waiter(task.taskThread(), this);
        waiting.add(waiter);
        boolean given = false;
        try {
            given = core().await(waiter, task, atMostNanos);
        } finally {
            if (!given && !waiting.remove(waiter)) {
                release(); // release() gave it the place while it gave up waiting
            }
        }
        return given;
    }

    /// Gives the place to the first waiter; without one, counts it as free.
    private void release() {
        Waiter first = waiting.poll();
        if (first == null) {
            free++;
        } else {
            first.wake();
        }
    }

    private PoolFullException full(Duration atMost) {
        return new PoolFullException(this + ": none became free within " + atMost.toMillis() + " ms");
    }

    @Override
    public String toString() {
        return "a place in a pool of " + places;
    }
}
