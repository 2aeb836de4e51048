package dev.polyserve.loop;

/// Something that a loop does again and again: one object for all its runs, with the timer in it.
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
    /// @return after how many nanoseconds to run again; negative: never
    abstract long run();

    @Override
    final void due() {
        try {
            long again = run();
            if (again >= 0 && !cancelled) {
                loop.set(this, again);
            }
        } catch (RuntimeException | Error e) {
            loop.report(e);
        }
    }

    /// Runs at the next tick, sooner than it wanted.
    final void runSoon() {
        if (!cancelled) {
            loop.unset(this);
            loop.set(this, 0);
        }
    }

    /// Never runs again.
    final void cancel() {
        cancelled = true;
        loop.unset(this);
    }
}
