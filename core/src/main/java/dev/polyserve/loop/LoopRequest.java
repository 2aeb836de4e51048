package dev.polyserve.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// What other threads, and a step that has failed, ask a loop to do: a request takes no memory, because what ends a
/// connection has to reach the loop while the heap is full, too.
///
/// It is its own link in the loop's queue ([LoopRequests]). What is asked for, a set of bits, is done once, however often
/// it was asked for before. If that lacks memory, it is asked for again: so [#perform] finds done what it has done
/// already.
///
/// **Thread**: any asks; the loop performs.
abstract class LoopRequest {
    private static final VarHandle ASKED;
    private static final int QUEUED = 1 << 31;

    static {
        try {
            ASKED = MethodHandles.lookup().findVarHandle(LoopRequest.class, "asked", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused")
    private int asked;
    /// The next in the queue.
    @Nullable
    LoopRequest next;

    /// Adds to what is asked for.
    ///
    /// @return whether it is to be queued, because it is not yet
    final boolean add(int what) {
        return ((int) ASKED.getAndBitwiseOr(this, what | QUEUED) & QUEUED) == 0;
    }

    /// Takes what is asked for; it is not in the queue any more.
    final int take() {
        return (int) ASKED.getAndSet(this, 0) & ~QUEUED;
    }

    /// Does what was asked for. **Thread**: the loop's.
    abstract void perform(int what);
}
