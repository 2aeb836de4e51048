package dev.polyserve.coroutine;

/// The task is to end: thrown in it where it waits after [Task#kill]. A task that ends by it was killed, it did not fail.
public final class KilledException extends InterruptedException {
    KilledException(Task<?> task) {
        super(task + " was killed");
    }
}
