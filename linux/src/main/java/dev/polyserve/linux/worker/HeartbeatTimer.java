package dev.polyserve.linux.worker;

import dev.polyserve.loop.EventLoop;
import java.util.concurrent.TimeUnit;

/// Decides when a worker sends its heartbeats: once a second while its accept loop has something to do, at once when
/// they are wanted, and seldom while the loop waits.
///
/// ```
///   beat ──the loop runs a turn──▶ the next one a second later
///     ├──now──▶ at once
///     └──it waits──▶ the next one after the long time
/// ```
///
/// **Thread**: the loop's, except [#begin] and [#now].
final class HeartbeatTimer {
    private static final long BUSY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final EventLoop loop;
    private final long quietNanos;
    private final Runnable beat;
    private final EventLoop.Delayed timer;
    private long dueNanos;

    /// Creates a timer that does not run.
    ///
    /// @param silenceNanos how long the supervisor may hear nothing of the worker
    HeartbeatTimer(EventLoop loop, long silenceNanos, Runnable beat) {
        this.loop = loop;
        this.quietNanos = Math.max(BUSY_NANOS, silenceNanos / 3);
        this.beat = beat;
        this.timer = loop.prepared(this::due);
    }

    /// Begins; the first beat comes a second later. **Thread**: any.
    void begin() {
        loop.post(this::soon);
    }

    /// Has the next beat come a second later.
    void soon() {
        dueNanos = loop.nowNanos() + BUSY_NANOS;
        loop.start(timer, BUSY_NANOS);
    }

    /// Has the next beat come at once. **Thread**: any.
    void now() {
        loop.post(this::due);
    }

    private void due() {
        // First: a beat that fails does not end the heartbeat.
        dueNanos = loop.nowNanos() + quietNanos;
        loop.start(timer, quietNanos);
        loop.atNextTurn(this::turnBegins);
        beat.run();
    }

    /// Called in the first turn after a beat. It may be that of the next beat.
    private void turnBegins() {
        if (dueNanos - loop.nowNanos() > BUSY_NANOS) {
            soon();
        }
    }
}
