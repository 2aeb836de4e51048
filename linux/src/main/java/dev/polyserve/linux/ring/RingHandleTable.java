package dev.polyserve.linux.ring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The handles of a ring, by slot.
///
/// The user data of an operation is its kind, the slot of its handle, and the generation of that slot. A late
/// completion, of a connection that is gone, matches no handle.
///
/// ```
///   63      56 55         32 31          0
///   operation │ generation  │ slot
/// ```
///
/// **Thread**: the loop's.
final class RingHandleTable {
    private static final int GENERATION_MASK = 0xff_ffff;
    private static final int FIRST_SLOTS = 64;

    private @Nullable RingHandle[] slots = new @Nullable RingHandle[FIRST_SLOTS];
    private int[] generations = new int[FIRST_SLOTS];
    private int[] free = new int[FIRST_SLOTS];
    private int freeCount;
    /// The number of slots ever taken, plus the first one, which is never used.
    private int used = 1;

    /// Returns the number of slots ever taken, plus the unused first one.
    int size() {
        return used;
    }

    /// Gives the handle a slot.
    void add(RingHandle watched) {
        int slot;
        if (freeCount > 0) {
            freeCount--;
            slot = free[freeCount];
        } else {
            if (used == slots.length) {
                grow();
            }
            slot = used;
            used++;
        }
        slots[slot] = watched;
        generations[slot] = (generations[slot] + 1) & GENERATION_MASK;
        watched.slot = slot;
    }

    private void grow() {
        int more = 2 * slots.length;
        slots = Arrays.copyOf(slots, more);
        generations = Arrays.copyOf(generations, more);
        free = Arrays.copyOf(free, more);
    }

    /// Frees the handle's slot, if it has one.
    void remove(RingHandle watched) {
        if (watched.slot != 0) {
            slots[watched.slot] = null;
            free[freeCount] = watched.slot;
            freeCount++;
            watched.slot = 0;
        }
    }

    /// Returns the handle in a slot; null when it is free.
    @Nullable RingHandle at(int slot) {
        return slots[slot];
    }

    /// Returns every handle that has a slot.
    List<RingHandle> all() {
        var all = new ArrayList<RingHandle>();
        for (RingHandle watched : slots) {
            if (watched != null) {
                all.add(watched);
            }
        }
        return all;
    }

    /// Returns the user data of an operation for the handle in this slot; slot 0 stands for no handle.
    long userData(RingOperationKind operation, int slot) {
        return operation.bits() | ((long) generations[slot] << Integer.SIZE) | slot;
    }

    /// Returns the handle of an operation; null when it is gone.
    @Nullable RingHandle of(long userData) {
        int slot = (int) userData;
        RingHandle watched = slots[slot];
        return watched != null && userData == userData(RingOperationKind.of(userData), slot) ? watched : null;
    }
}
