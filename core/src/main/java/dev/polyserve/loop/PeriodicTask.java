package dev.polyserve.loop;

/// A task that a loop repeats.
///
/// **Thread**: the loop's.
final class PeriodicTask extends PeriodicTimer implements EventLoop.Delayed {
    private final EventLoop.Repeated task;

    PeriodicTask(EventLoop loop, EventLoop.Repeated task) {
        super(loop);
        this.task = task;
    }

    @Override
    long run() {
        return task.run();
    }

    @Override
    long retryNanos() {
        return -1;
    }
}
