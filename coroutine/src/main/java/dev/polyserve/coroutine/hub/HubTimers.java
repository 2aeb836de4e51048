package dev.polyserve.coroutine.hub;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The timers of a hub: a binary heap ordered by due time. Each timer stores its index, so cancelling takes logarithmic
/// time.
///
/// **Thread**: the hub's.
final class HubTimers {
    private @Nullable HubTimer[] heap = new @Nullable HubTimer[16];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    /// Adds a timer, which must not be set already.
    void set(HubTimer timer, long dueNanos) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        timer.dueNanos = dueNanos;
        up(timer, size++);
    }

    /// Removes a timer; does nothing when it is not set.
    void cancel(HubTimer timer) {
        int index = timer.index;
        if (index < 0) {
            return;
        }
        timer.index = -1;
        HubTimer last = at(--size);
        heap[size] = null;
        if (!last.equals(timer)) {
            down(last, index);
            if (last.index == index) {
                up(last, index);
            }
        }
    }

    /// The nanoseconds until the next timer is due: 0 when one is due, [Long#MAX_VALUE] when none is set.
    long nextDelayNanos(long nowNanos) {
        return size == 0 ? Long.MAX_VALUE : Math.max(0, at(0).dueNanos - nowNanos);
    }

    /// Removes and returns the next due timer; null when none is due.
    @Nullable HubTimer poll(long nowNanos) {
        if (size == 0 || at(0).dueNanos - nowNanos > 0) {
            return null;
        }
        HubTimer first = at(0);
        cancel(first);
        return first;
    }

    private void up(HubTimer timer, int from) {
        int index = from;
        while (index > 0) {
            int parent = (index - 1) / 2;
            HubTimer above = at(parent);
            if (above.dueNanos - timer.dueNanos <= 0) {
                break;
            }
            put(above, index);
            index = parent;
        }
        put(timer, index);
    }

    private void down(HubTimer timer, int from) {
        int index = from;
        while (2 * index + 1 < size) {
            int child = 2 * index + 1;
            if (child + 1 < size && at(child + 1).dueNanos - at(child).dueNanos < 0) {
                child++;
            }
            if (at(child).dueNanos - timer.dueNanos >= 0) {
                break;
            }
            put(at(child), index);
            index = child;
        }
        put(timer, index);
    }

    private void put(HubTimer timer, int index) {
        heap[index] = timer;
        timer.index = index;
    }

    private HubTimer at(int index) {
        return Objects.requireNonNull(heap[index]);
    }
}
