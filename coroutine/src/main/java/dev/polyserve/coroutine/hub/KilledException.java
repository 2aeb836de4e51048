package dev.polyserve.coroutine.hub;

/// Thrown by the present or next wait of a task after [Task#kill]. A task that ends with it counts as killed, not as
/// failed.
public final class KilledException extends InterruptedException {
    KilledException(Task<?> task) {
        super(task + " was killed");
    }
}
