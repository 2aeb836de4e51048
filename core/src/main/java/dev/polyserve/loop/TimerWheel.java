package dev.polyserve.loop;

import org.jspecify.annotations.Nullable;

/// A loop's timers: a hashed wheel, where setting and cancelling take constant time.
///
/// A timer lies in the slot of its due tick. A timer that is due in a later round of the wheel stays when its slot is
/// processed. `earliestTick` is a lower bound for the next due tick, so that an idle loop sleeps until there is work.
///
/// **Thread**: the loop's.
final class TimerWheel {
    static final long TICK_NANOS = 4_000_000;
    private static final int SLOTS = 1024;

    private final @Nullable Timer[] slots = new @Nullable Timer[SLOTS];
    private final long startNanos;
    private long currentTick;
    private long earliestTick = Long.MAX_VALUE;
    private int size;

    TimerWheel(long nowNanos) {
        this.startNanos = nowNanos;
    }

    /// A timer that can be cancelled, and set again after it was due.
    abstract static class Timer {
        private static final long NOT_SET = 0;

        /// [#NOT_SET], or the tick in which it is due.
        private long dueTick;
        private @Nullable Timer previous;
        private @Nullable Timer next;

        /// Runs when the timer is due; the timer is no longer set then. It must not throw.
        abstract void due();

        private boolean isSet() {
            return dueTick != NOT_SET;
        }
    }

    /// Sets a timer that is not set, to be due after at least `delayNanos`.
    void set(Timer timer, long nowNanos, long delayNanos) {
        if (timer.isSet()) {
            throw new IllegalStateException("the timer is already set");
        }
        long dueNanos = nowNanos - startNanos + delayNanos;
        timer.dueTick = Math.max(currentTick + 1, dueNanos / TICK_NANOS + 1);
        int slot = slot(timer.dueTick);
        Timer first = slots[slot];
        timer.next = first;
        timer.previous = null;
        if (first != null) {
            first.previous = timer;
        }
        slots[slot] = timer;
        size++;
        earliestTick = Math.min(earliestTick, timer.dueTick);
    }

    /// Cancels a timer. It has no effect on a timer that is not set.
    void cancel(Timer timer) {
        if (!timer.isSet()) {
            return;
        }
        size--;
        if (timer.previous == null) {
            slots[slot(timer.dueTick)] = timer.next;
        } else {
            timer.previous.next = timer.next;
        }
        if (timer.next != null) {
            timer.next.previous = timer.previous;
        }
        timer.dueTick = Timer.NOT_SET;
        timer.previous = null;
        timer.next = null;
    }

    /// Runs every timer that is due now.
    void advance(long nowNanos) {
        long nowTick = (nowNanos - startNanos) / TICK_NANOS;
        if (nowTick < earliestTick) {
            currentTick = Math.max(currentTick, nowTick);
            return;
        }
        long from = Math.max(currentTick, earliestTick - 1);
        long to = Math.min(nowTick, from + SLOTS);
        currentTick = nowTick;
        for (long tick = from + 1; tick <= to; tick++) {
            runSlot(slot(tick), nowTick);
        }
        earliestTick = findEarliest();
    }

    /// Nanoseconds until a timer may be due: 0 if one is due now, [Long#MAX_VALUE] if none is set.
    long nextDelayNanos(long nowNanos) {
        if (size == 0) {
            earliestTick = Long.MAX_VALUE;
            return Long.MAX_VALUE;
        }
        return Math.max(0, earliestTick * TICK_NANOS - (nowNanos - startNanos));
    }

    private void runSlot(int slot, long nowTick) {
        Timer timer = slots[slot];
        while (timer != null) {
            if (timer.dueTick <= nowTick) {
                cancel(timer);
                timer.due();
                // The task may have set or cancelled any timer, so the list is read again from its start. Timers that
                // are due later stay, and a timer that was just set is always due later.
                timer = slots[slot];
            } else {
                timer = timer.next;
            }
        }
    }

    private long findEarliest() {
        if (size == 0) {
            return Long.MAX_VALUE;
        }
        long earliest = Long.MAX_VALUE;
        for (long tick = currentTick + 1; tick <= currentTick + SLOTS; tick++) {
            for (Timer timer = slots[slot(tick)]; timer != null; timer = timer.next) {
                if (timer.dueTick == tick) {
                    return tick;
                }
                earliest = Math.min(earliest, timer.dueTick);
            }
        }
        // All timers are due in a later round.
        return earliest;
    }

    private static int slot(long tick) {
        return (int) (tick & SLOTS - 1);
    }
}
