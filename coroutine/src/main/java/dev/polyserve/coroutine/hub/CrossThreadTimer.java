package dev.polyserve.coroutine.hub;

import org.jspecify.annotations.Nullable;

/// A timer of a hub that another thread sets and cancels.
///
/// **Thread**: the other thread creates and cancels it; the hub accesses its state.
final class CrossThreadTimer implements HubScheduler.Timer {
    private final HubScheduler scheduler;
    private HubScheduler.@Nullable Timer timer;
    private boolean cancelled;

    private CrossThreadTimer(HubScheduler scheduler) {
        this.scheduler = scheduler;
    }

    static CrossThreadTimer set(HubScheduler scheduler, long delayNanos, Runnable action) {
        var remote = new CrossThreadTimer(scheduler);
        scheduler.execute(() -> {
            if (!remote.cancelled) {
                remote.timer = scheduler.schedule(delayNanos, action);
            }
        });
        return remote;
    }

    @Override
    public void cancel() {
        scheduler.execute(() -> {
            cancelled = true;
            if (timer != null) {
                timer.cancel();
            }
        });
    }
}
