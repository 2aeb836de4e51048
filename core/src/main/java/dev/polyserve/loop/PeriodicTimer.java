package dev.polyserve.loop;

/// A repeated action of a loop: one object for all its runs, with its timer included.
///
/// **Thread**: the loop's.
abstract sealed class PeriodicTimer extends TimerWheel.Timer permits PeriodicTask, LimitTimer {
    final EventLoop loop;
    private boolean cancelled;

    PeriodicTimer(EventLoop loop) {
        this.loop = loop;
    }

    /// Runs once.
    ///
    /// @return the delay before the next run in nanoseconds; negative: none
    abstract long run();

    /// The delay before the next run after one that threw; negative: none.
    abstract long retryNanos();

    @Override
    final void due() {
        try {
            long again = run();
            if (again >= 0 && !cancelled) {
                loop.set(this, again);
            }
        } catch (RuntimeException | Error e) {
            loop.report(e);
            long retry = retryNanos();
            if (retry >= 0 && !cancelled) {
                loop.unset(this);
                loop.set(this, retry);
            }
        }
    }

    /// Reschedules the next run for the next tick.
    final void runSoon() {
        loop.assertOwner();
        if (!cancelled) {
            loop.unset(this);
            loop.set(this, 0);
        }
    }

    /// Prevents all further runs.
    final void cancel() {
        loop.assertOwner();
        cancelled = true;
        loop.unset(this);
    }
}
