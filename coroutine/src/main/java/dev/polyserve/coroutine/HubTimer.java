package dev.polyserve.coroutine;

/// What a hub does at some time. **Thread**: the hub's.
final class HubTimer implements HubScheduler.Timer {
    private final HubTimers timers;
    private final Runnable action;
    /// When; in the time of [System#nanoTime].
    long dueNanos;
    /// Its place in the heap; negative when it is not set.
    int place = -1;

    HubTimer(HubTimers timers, Runnable action) {
        this.timers = timers;
        this.action = action;
    }

    void due() {
        action.run();
    }

    @Override
    public void cancel() {
        timers.cancel(this);
    }
}
