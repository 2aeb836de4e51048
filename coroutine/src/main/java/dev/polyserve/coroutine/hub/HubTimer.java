package dev.polyserve.coroutine.hub;

/// An action that a hub runs at a given time. **Thread**: the hub's.
class HubTimer implements HubScheduler.Timer {
    private final HubTimers timers;
    private final Runnable action;
    /// The due time, on the clock of [System#nanoTime].
    long dueNanos;
    /// The index in the heap; negative when the timer is not set.
    int index = -1;

    HubTimer(HubTimers timers, Runnable action) {
        this.timers = timers;
        this.action = action;
    }

    void fire() {
        action.run();
    }

    @Override
    public void cancel() {
        timers.cancel(this);
    }
}
