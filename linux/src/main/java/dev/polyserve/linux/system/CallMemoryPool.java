package dev.polyserve.linux.system;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Memories for the calls of any thread, each lent for one call. The owner of the pool, a loop, has one of its own, which it
/// need not take, so that its calls cost no atomic operation.
///
/// **Thread**: any.
public final class CallMemoryPool {
    private static final CallMemoryPool SHARED = new CallMemoryPool();

    private final @Nullable CallMemory owners;
    private final BooleanSupplier isOwnerCalling;
    private final CallMemory first = CallMemory.forTransfers();
    private final AtomicReference<CallMemory[]> others = new AtomicReference<>(new CallMemory[0]);

    /// Creates a pool without an owner.
    public CallMemoryPool() {
        this(null, () -> false);
    }

    private CallMemoryPool(@Nullable CallMemory owners, BooleanSupplier isOwnerCalling) {
        this.owners = owners;
        this.isOwnerCalling = isOwnerCalling;
    }

    /// Returns a pool with an owner.
    ///
    /// @param isOwnerCalling whether the caller is the owner, which is never more than one thread
    public static CallMemoryPool ownedBy(BooleanSupplier isOwnerCalling) {
        return new CallMemoryPool(CallMemory.forTransfers(), isOwnerCalling);
    }

    /// Returns the memory of the owner, for one call at a time; null when another thread calls.
    public @Nullable CallMemory ofCaller() {
        return owners != null && isOwnerCalling.getAsBoolean() ? owners : null;
    }

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
