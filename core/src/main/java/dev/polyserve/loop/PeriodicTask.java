package dev.polyserve.loop;

/// A task that a loop repeats until it is cancelled.
///
/// **Thread**: the loop's.
final class PeriodicTask extends PeriodicTimer implements EventLoop.Delayed {
    private final EventLoop.Repeated task;
    private boolean cancelled;

    PeriodicTask(EventLoop loop, EventLoop.Repeated task) {
        super(loop);
        this.task = task;
    }

    @Override
    long runOnce() {
        long againNanos = task.run();
        return cancelled ? -1 : againNanos;
    }

    /// Prevents all further runs.
    void cancel() {
        loop.assertOwner();
        cancelled = true;
        loop.unset(this);
    }

    @Override
    long retryNanos() {
        return -1;
    }
}
