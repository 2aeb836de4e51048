package dev.polyserve.linux.system;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;

/// Memories for calls of any threads, each lent for one call: in practice one per loop, whose calls take the same each time,
/// and another for each thread that calls at the same moment.
///
/// **Thread**: any.
public final class CallMemoryPool {
    private static final CallMemoryPool SHARED = new CallMemoryPool();

    private final CallMemory first = CallMemory.forTransfers();
    private final AtomicReference<CallMemory[]> others = new AtomicReference<>(new CallMemory[0]);

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
        for (CallMemory other : others.get()) {
            if (other.tryTake()) {
                return other;
            }
        }
        return grow();
    }

    /// Without a lock, in which a loop could wait behind its own coroutine.
    private CallMemory grow() {
        CallMemory added = CallMemory.forTransfers();
        if (!added.tryTake()) {
            throw new IllegalStateException("a new memory is taken");
        }
        others.updateAndGet(now -> {
            CallMemory[] more = Arrays.copyOf(now, now.length + 1);
            more[now.length] = added;
            return more;
        });
        return added;
    }
}
