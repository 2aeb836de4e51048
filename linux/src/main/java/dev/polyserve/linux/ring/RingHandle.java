package dev.polyserve.linux.ring;

import dev.polyserve.loop.Multiplexer;
import org.jspecify.annotations.Nullable;

/// What a ring watches: its slot, its callback, and its interest.
///
/// ```
///   joins ─▶ due ─▶ submit ─▶ (completed)* ─▶ ready? ─▶ notified in each turn while it is
///             ▲                   │
///             └── ended, and still wanted        leaves ─▶ ends its operations ─▶ its slot is free
/// ```
///
/// **Thread**: the loop's.
abstract sealed class RingHandle implements Multiplexer.Watch
        permits MultishotRingHandle, RingPolledDescriptor {
    private static final Multiplexer.Ready NO_CALLBACK = _ -> {};

    /// The operations of the ring that watches it; null while none does.
    @Nullable
    RingOperations operations;
    /// Its slot in the table; 0: none.
    int slot;
    /// True while it is on the list of handles to notify.
    boolean listed;
    /// True while it is on the list of handles that submit before the next wait.
    boolean due;
    private int interest;
    private Multiplexer.Ready ready = NO_CALLBACK;

    /// Joins the ring that watches it from now on.
    final void joins(RingOperations itsOperations) {
        operations = itsOperations;
        itsOperations.join(this);
        itsOperations.due(this);
    }

    final RingOperations requireOperations() {
        RingOperations itsOperations = operations;
        if (itsOperations == null) {
            throw new IllegalStateException("no ring watches it");
        }
        return itsOperations;
    }

    /// Sets the callback and the interest.
    final void watchedBy(Multiplexer.Ready told, int wanted) {
        ready = told;
        interest = wanted;
    }

    @Override
    public final void tells(Multiplexer.Ready other) {
        ready = other;
    }

    /// Removes the callback and the interest.
    final void unwatched() {
        ready = NO_CALLBACK;
        interest = 0;
    }

    final int interest() {
        return interest;
    }

    final void interest(int wanted) {
        interest = wanted;
    }

    /// Notifies the callback of the readiness, if there is any.
    final void tell() {
        int readiness = takeReady();
        if (readiness != 0) {
            ready.ready(readiness);
        }
    }

    /// Returns the part of the interest that is ready.
    abstract int ready();

    /// Returns the part of the interest that is ready, for a notification that follows now.
    int takeReady() {
        return ready();
    }

    /// Submits the operations that it needs next.
    abstract void submit();

    /// Handles a completion of an operation, or of a part of it.
    abstract void completed(RingOperationKind operation, int result, int flags);

    /// Handles the close of its ring; its operations have ended.
    abstract void abandon();

    /// Ends its operations when it is no longer watched, and then frees its slot.
    abstract void leave();
}
