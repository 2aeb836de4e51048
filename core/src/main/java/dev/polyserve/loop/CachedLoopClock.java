package dev.polyserve.loop;

import dev.polyserve.conversation.Conversation;
import dev.polyserve.stats.LoopLoad;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The time that a loop reads once a turn, for the waits that begin in that turn: one reading for all of its requests.
///
/// A long turn would count against the waits that begin in it, so their start is corrected at its end. Other waits
/// count from a time that is late by less than such a turn: no wait ends too soon.
///
/// **Thread**: the loop's.
final class CachedLoopClock {
    /// The resolution of the timers: a shorter turn makes no difference.
    static final long LONG_TURN_NANOS = TimerWheel.TICK_NANOS;
    private static final int FIRST_WAITS = 64;

    private final LoopPauseGracePeriod limitPause;
    private long nowNanos;
    /// How long the loop may wait before the next turn.
    private long waitNanos;
    private final LoopLoad load;
    private @Nullable Conversation[] waiting = new @Nullable Conversation[FIRST_WAITS];
    private int count;

    CachedLoopClock(long nowNanos) {
        this.nowNanos = nowNanos;
        this.limitPause = new LoopPauseGracePeriod(nowNanos);
        this.load = new LoopLoad(nowNanos);
    }

    /// The last reading.
    long nowNanos() {
        return nowNanos;
    }

    /// How long the turns take. **Thread**: any reads.
    LoopLoad load() {
        return load;
    }

    /// Records how long the loop may wait before the next turn.
    void waits(long atMostNanos) {
        waitNanos = atMostNanos;
    }

    /// Records the start of a turn.
    void turnBegins(long nanos) {
        limitPause.heldUp(nanos - nowNanos - waitNanos, nanos);
        nowNanos = nanos;
    }

    /// Records that a wait begins in this turn.
    ///
    /// @return the start of the wait, as far as it is known
    long waitBegins(Conversation begins) {
        if (count == waiting.length) {
            waiting = Arrays.copyOf(waiting, 2 * count);
        }
        waiting[count++] = begins;
        return nowNanos + LONG_TURN_NANOS;
    }

    /// How long the time limits of connections are not believed after the end of this turn; 0 or less: they are.
    long limitPauseNanos(long nanos) {
        limitPause.heldUp(nanos - nowNanos, nanos);
        return limitPause.leftNanos(nanos);
    }

    void turnEnds(long nanos) {
        limitPause.heldUp(nanos - nowNanos, nanos);
        boolean tookLong = nanos - nowNanos > LONG_TURN_NANOS;
        for (int i = 0; i < count; i++) {
            Conversation one = waiting[i];
            if (tookLong && one != null) {
                one.waitsSince(nowNanos + LONG_TURN_NANOS, nanos);
            }
            waiting[i] = null;
        }
        count = 0;
        load.turn(nowNanos, nanos);
        nowNanos = nanos;
    }
}
