package dev.polyserve.coroutine;

/// What a hub does at some time. **Thread**: the hub's.
final class HubTimer {
    private final Runnable action;
    /// When; in the time of [System#nanoTime].
    long dueNanos;
    /// Its place in the heap; negative when it is not set.
    int place = -1;

    HubTimer(Runnable action) {
        this.action = action;
    }

    void due() {
        action.run();
    }
}
