package dev.polyserve.conversation;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// A pool of a few objects that threads share without a lock.
///
/// Each thread looks first at a place of its own, as far as there are enough, so that each of a few threads takes what it
/// has given before.
///
/// **Thread**: any.
///
/// @param <T> their type
public final class LockFreePool<T> {
    /// How many are kept, a power of two.
    private static final int KEPT = 16;
    /// The distance of two places that are used: a line of the processor's cache, so that no two threads write the same.
    private static final int APART = 16;

    private final AtomicReferenceArray<@Nullable T> kept = new AtomicReferenceArray<>(KEPT * APART);

    /// Creates an empty pool.
    public LockFreePool() {}

    private static int first() {
        return (int) Thread.currentThread().threadId();
    }

    private static int place(int number) {
        return (number & KEPT - 1) * APART;
    }

    /// Takes an object; null when none is left.
    public @Nullable T take() {
        int first = first();
        for (int i = first; i < first + KEPT; i++) {
            int place = place(i);
            // The first look may be out of date; the exchange decides.
            T taken = kept.getPlain(place) == null ? null : kept.getAndSet(place, null);
            if (taken != null) {
                return taken;
            }
        }
        return null;
    }

    /// Takes back an object that has no other reference; the garbage collector gets one for which there is no place.
    public void give(T back) {
        int first = first();
        for (int i = first; i < first + KEPT; i++) {
            int place = place(i);
            if (kept.getPlain(place) == null && kept.compareAndSet(place, null, back)) {
                return;
            }
        }
    }
}
