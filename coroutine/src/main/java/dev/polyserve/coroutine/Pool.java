package dev.polyserve.coroutine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A [Group] with a number of places: who wants one more waits, first come, first served.
///
/// **Thread**: tasks of the hub.
public final class Pool extends Group {
    private final int places;
    private final ArrayDeque<Waiter> waiting = new ArrayDeque<>();
    private int free;

    /// A pool of so many places; in one of none everybody waits.
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

    /// How many places are free.
    public int free() {
        return free;
    }

    /// Whether who wants one more waits.
    public boolean isFull() {
        return free == 0;
    }

    /// Starts a task in it, after waiting for a place.
    @Override
    public <T extends @Nullable Object> Task<T> spawn(Work<T> work) throws InterruptedException {
        take(Long.MAX_VALUE);
        return started(work);
    }

    /// Starts a task in it, after waiting for a place.
    ///
    /// @throws PoolFullException when none became free in time; zero does not wait
    public <T extends @Nullable Object> Task<T> spawn(Duration atMost, Work<T> work) throws InterruptedException {
        if (!take(Hub.nanos(atMost))) {
            throw full(atMost);
        }
        return started(work);
    }

    /// Starts a task in it, if a place is free.
    public <T extends @Nullable Object> Optional<Task<T>> trySpawn(Work<T> work) throws InterruptedException {
        return free > 0 && take(0) ? Optional.of(started(work)) : Optional.empty();
    }

    /// Takes a task in that was spawned elsewhere, after waiting for a place.
    @Override
    public void add(Task<?> task) throws InterruptedException {
        take(Long.MAX_VALUE);
        enter(task);
    }

    /// The same.
    ///
    /// @throws PoolFullException when none became free in time; zero does not wait
    public void add(Duration atMost, Task<?> task) throws InterruptedException {
        if (!take(Hub.nanos(atMost))) {
            throw full(atMost);
        }
        enter(task);
    }

    /// Waits until a place is free; it may be taken again before the caller takes it.
    ///
    /// @return whether one is
    public boolean awaitFree(Duration atMost) throws InterruptedException {
        boolean taken = take(Hub.nanos(atMost));
        if (taken) {
            release();
        }
        return taken;
    }

    /// Forgets a task, which goes on, and frees its place.
    @Override
    public boolean discard(Task<?> task) {
        boolean was = super.discard(task);
        if (was) {
            release();
        }
        return was;
    }

    private <T extends @Nullable Object> Task<T> started(Work<T> work) throws InterruptedException {
        Task<T> task = core().newTask(core().newName(), work);
        enter(task);
        core().begin(task);
        return task;
    }

    /// The place is taken already.
    private void enter(Task<?> task) throws InterruptedException {
        int before = size();
        super.add(task);
        if (size() == before && !task.isDone()) {
            release(); // it was in the pool
        }
    }

    private boolean take(long atMostNanos) throws InterruptedException {
        core().refuseBeside("use a pool");
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
                release(); // given to it just when it gave up
            }
        }
        return given;
    }

    /// Gives the place to the first that waits, or notes that it is free.
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
