package dev.polyserve.loop;

/// A task that a loop repeats.
///
/// **Thread**: the loop's.
final class RepeatedTask extends Repetition implements EventLoop.Delayed {
    private final EventLoop.Repeated task;

    RepeatedTask(EventLoop loop, EventLoop.Repeated task) {
        super(loop);
        this.task = task;
    }

    @Override
    long run() {
        return task.run();
    }
}
