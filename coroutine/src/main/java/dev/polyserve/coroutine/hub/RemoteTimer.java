package dev.polyserve.coroutine.hub;

import org.jspecify.annotations.Nullable;

/// A timer of a hub that another thread sets and cancels.
///
/// **Thread**: the other thread creates and cancels it; the hub accesses its state.
final class RemoteTimer implements HubScheduler.Timer {
    private final HubScheduler scheduler;
    private HubScheduler.@Nullable Timer timer;
    private boolean cancelled;

    private RemoteTimer(HubScheduler scheduler) {
        this.scheduler = scheduler;
    }

    static RemoteTimer set(HubScheduler scheduler, long delayNanos, Runnable action) {
        var remote = new RemoteTimer(scheduler);
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
