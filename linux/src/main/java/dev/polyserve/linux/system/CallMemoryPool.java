package dev.polyserve.linux.system;

import java.util.Arrays;

/// Memories for calls of any threads, each lent for one call: in practice one per loop, whose calls take the same each time,
/// and another for each thread that calls at the same moment.
///
/// **Thread**: any.
public final class CallMemoryPool {
    private static final CallMemoryPool SHARED = new CallMemoryPool();

    private final CallMemory first = CallMemory.forTransfers();
    private volatile CallMemory[] others = new CallMemory[0];

    /// That of everybody who has no loop.
    public static CallMemoryPool shared() {
        return SHARED;
    }

    /// Takes one; then comes [#give].
    public CallMemory take() {
        return first.tryTake() ? first : takeOther();
    }

    /// Gives it back.
    public void give(CallMemory memory) {
        memory.giveBack();
    }

    private CallMemory takeOther() {
        for (CallMemory other : others) {
            if (other.tryTake()) {
                return other;
            }
        }
        return grow();
    }

    private synchronized CallMemory grow() {
        CallMemory added = CallMemory.forTransfers();
        if (!added.tryTake()) {
            throw new IllegalStateException("a new memory is taken");
        }
        CallMemory[] more = Arrays.copyOf(others, others.length + 1);
        more[more.length - 1] = added;
        others = more;
        return added;
    }
}
