package dev.polyserve.coroutine;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The timers of a hub: a binary heap, the next due first, where each timer knows its place, so that it can be cancelled.
///
/// **Thread**: the hub's.
final class HubTimers {
    private @Nullable HubTimer[] heap = new @Nullable HubTimer[16];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    /// Sets a timer that is not set.
    void set(HubTimer timer, long dueNanos) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        timer.dueNanos = dueNanos;
        up(timer, size++);
    }

    /// Cancels a timer; one that is not set stays so.
    void cancel(HubTimer timer) {
        int place = timer.place;
        if (place < 0) {
            return;
        }
        timer.place = -1;
        HubTimer last = at(--size);
        heap[size] = null;
        if (last != timer) {
            down(last, place);
            if (last.place == place) {
                up(last, place);
            }
        }
    }

    /// Nanoseconds until the next is due, 0 if it is; [Long#MAX_VALUE] when there is none.
    long nextDelayNanos(long nowNanos) {
        return size == 0 ? Long.MAX_VALUE : Math.max(0, at(0).dueNanos - nowNanos);
    }

    /// Takes the next that is due.
    @Nullable HubTimer poll(long nowNanos) {
        if (size == 0 || at(0).dueNanos - nowNanos > 0) {
            return null;
        }
        HubTimer first = at(0);
        cancel(first);
        return first;
    }

    private void up(HubTimer timer, int from) {
        int place = from;
        while (place > 0) {
            int parent = (place - 1) / 2;
            HubTimer above = at(parent);
            if (above.dueNanos - timer.dueNanos <= 0) {
                break;
            }
            put(above, place);
            place = parent;
        }
        put(timer, place);
    }

    private void down(HubTimer timer, int from) {
        int place = from;
        while (2 * place + 1 < size) {
            int child = 2 * place + 1;
            if (child + 1 < size && at(child + 1).dueNanos - at(child).dueNanos < 0) {
                child++;
            }
            if (at(child).dueNanos - timer.dueNanos >= 0) {
                break;
            }
            put(at(child), place);
            place = child;
        }
        put(timer, place);
    }

    private void put(HubTimer timer, int place) {
        heap[place] = timer;
        timer.place = place;
    }

    private HubTimer at(int place) {
        return Objects.requireNonNull(heap[place]);
    }
}
