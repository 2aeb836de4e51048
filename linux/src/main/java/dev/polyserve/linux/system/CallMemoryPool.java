package dev.polyserve.linux.system;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;

/// Memories for the calls of any thread, each lent for one call. In practice the calls of a loop always take
/// the same one, and each concurrent caller takes another.
///
/// **Thread**: any.
public final class CallMemoryPool {
    private static final CallMemoryPool SHARED = new CallMemoryPool();

    private final CallMemory first = CallMemory.forTransfers();
    private final AtomicReference<CallMemory[]> others = new AtomicReference<>(new CallMemory[0]);

    /// Returns the pool for threads without a loop.
    public static CallMemoryPool shared() {
        return SHARED;
    }

    /// Takes a memory; one call of [#give] follows.
    public CallMemory take() {
        return first.tryTake() ? first : takeOther();
    }

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

    /// Lock-free: with a lock, a loop could wait for its own coroutine.
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
