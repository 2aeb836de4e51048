package dev.polyserve.linux.ring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a ring watches, by slot.
///
/// An order's user data is its operation, the slot of what it is for, and how often that slot was taken before: a completion that
/// comes late, for a connection that is gone, is for none.
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
    /// How many slots were ever taken, and the first one, which never is.
    private int used = 1;

    /// How many slots were ever taken.
    int size() {
        return used;
    }

    /// Gives it a slot.
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

    /// Takes its slot away, if it has one.
    void remove(RingHandle watched) {
        if (watched.slot != 0) {
            slots[watched.slot] = null;
            free[freeCount] = watched.slot;
            freeCount++;
            watched.slot = 0;
        }
    }

    /// Everything that has a slot.
    List<RingHandle> all() {
        var all = new ArrayList<RingHandle>();
        for (RingHandle watched : slots) {
            if (watched != null) {
                all.add(watched);
            }
        }
        return all;
    }

    /// The user data of an order for what has this slot now; 0 stands for none.
    long userData(OperationKind operation, int slot) {
        return operation.bits() | ((long) generations[slot] << Integer.SIZE) | slot;
    }

    /// What an order was for; null when that is gone.
    @Nullable RingHandle of(long userData) {
        int slot = (int) userData;
        RingHandle watched = slots[slot];
        return watched != null && userData == userData(OperationKind.of(userData), slot) ? watched : null;
    }
}
