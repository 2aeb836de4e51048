package dev.polyserve.loop;

/// A timer of a loop that fires again and again: one object for all its runs.
///
/// **Thread**: the loop's.
abstract sealed class PeriodicTimer extends TimerWheel.Timer permits PeriodicTask, AbstractLoopConnection {
    final EventLoop loop;

    PeriodicTimer(EventLoop loop) {
        this.loop = loop;
    }

    /// Runs once.
    ///
    /// @return the delay before the next run in nanoseconds; negative: none
    abstract long runOnce();

    /// The delay before the next run after one that threw; negative: none.
    abstract long retryNanos();

    @Override
    final void due() {
        try {
            long again = runOnce();
            if (again >= 0) {
                loop.set(this, again);
            }
        } catch (RuntimeException | Error e) {
            loop.report(e);
            long retry = retryNanos();
            if (retry >= 0) {
                loop.unset(this);
                loop.set(this, retry);
            }
        }
    }

    /// Reschedules the next run for the next tick.
    final void runSoon() {
        loop.assertOwner();
        loop.unset(this);
        loop.set(this, 0);
    }
}
