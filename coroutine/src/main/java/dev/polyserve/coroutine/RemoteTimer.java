package dev.polyserve.coroutine;

import org.jspecify.annotations.Nullable;

/// A timer of a hub that another thread sets and cancels.
///
/// **Thread**: made and cancelled by that one; all else is the hub's.
final class RemoteTimer implements Ground.Timer {
    private final Ground ground;
    private Ground.@Nullable Timer timer;
    private boolean cancelled;

    private RemoteTimer(Ground ground) {
        this.ground = ground;
    }

    static RemoteTimer set(Ground ground, long delayNanos, Runnable action) {
        var remote = new RemoteTimer(ground);
        ground.execute(() -> {
            if (!remote.cancelled) {
                remote.timer = ground.schedule(delayNanos, action);
            }
        });
        return remote;
    }

    @Override
    public void cancel() {
        ground.execute(() -> {
            cancelled = true;
            if (timer != null) {
                timer.cancel();
            }
        });
    }
}
