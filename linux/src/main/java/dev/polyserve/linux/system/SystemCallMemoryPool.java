package dev.polyserve.linux.system;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Memories for the calls of any thread, each lent for one call. The owner of the pool, a loop, has one of its own, which it
/// need not take, so that its calls cost no atomic operation.
///
/// **Thread**: any.
public final class SystemCallMemoryPool {
    private static final SystemCallMemoryPool SHARED = new SystemCallMemoryPool();

    private final @Nullable SystemCallMemory owners;
    private final BooleanSupplier isOwnerCalling;
    private final SystemCallMemory first = SystemCallMemory.forTransfers();
    private final AtomicReference<SystemCallMemory[]> others = new AtomicReference<>(new SystemCallMemory[0]);

    /// Creates a pool without an owner.
    public SystemCallMemoryPool() {
        this(null, () -> false);
    }

    private SystemCallMemoryPool(@Nullable SystemCallMemory owners, BooleanSupplier isOwnerCalling) {
        this.owners = owners;
        this.isOwnerCalling = isOwnerCalling;
    }

    /// Returns a pool with an owner.
    ///
    /// @param isOwnerCalling whether the caller is the owner, which is never more than one thread
    public static SystemCallMemoryPool ownedBy(BooleanSupplier isOwnerCalling) {
        return new SystemCallMemoryPool(SystemCallMemory.forTransfers(), isOwnerCalling);
    }

    /// Returns the memory of the owner, for one call at a time; null when another thread calls.
    public @Nullable SystemCallMemory ofCaller() {
        return owners != null && isOwnerCalling.getAsBoolean() ? owners : null;
    }

    /// Returns the pool for threads without a loop.
    public static SystemCallMemoryPool shared() {
        return SHARED;
    }

    /// Takes a memory; one call of [#give] follows.
    public SystemCallMemory take() {
        return first.tryTake() ? first : takeOther();
    }

    public void give(SystemCallMemory memory) {
        memory.giveBack();
    }

    private SystemCallMemory takeOther() {
        for (SystemCallMemory other : others.get()) {
            if (other.tryTake()) {
                return other;
            }
        }
        return grow();
    }

    /// Lock-free: with a lock, a loop could wait for its own coroutine.
    private SystemCallMemory grow() {
        SystemCallMemory added = SystemCallMemory.forTransfers();
        if (!added.tryTake()) {
            throw new IllegalStateException("a new memory is taken");
        }
        others.updateAndGet(now -> {
            SystemCallMemory[] more = Arrays.copyOf(now, now.length + 1);
            more[now.length] = added;
            return more;
        });
        return added;
    }
}
