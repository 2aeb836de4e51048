package dev.polyserve.linux.ring;

import dev.polyserve.loop.Multiplexer;
import org.jspecify.annotations.Nullable;

/// What a ring watches: its place among those, whom to tell of it, and what of it is of interest.
///
/// ```
///   joins ─▶ due ─▶ order ─▶ (completed)* ─▶ ready? ─▶ told in each turn while it is
///             ▲                   │
///             └── ended, and still wanted        leaves ─▶ ends its orders ─▶ its place is free
/// ```
///
/// **Thread**: the loop's.
abstract sealed class RingHandle implements Multiplexer.Watch permits RingStream, RingListener, RingPort, PolledSource {
    private static final Multiplexer.Ready NOBODY = _ -> {};

    /// Those of its ring, as long as one watches it.
    @Nullable
    Operations operations;
    /// Where it stands; 0: nowhere.
    int slot;
    /// It is on the list of those that are told.
    boolean listed;
    /// It is on the list of those that order before the next wait.
    boolean due;
    private int interest;
    private Multiplexer.Ready ready = NOBODY;

    /// A ring watches it from now on.
    final void joins(Operations itsOrders) {
        operations = itsOrders;
        itsOrders.join(this);
        itsOrders.due(this);
    }

    final Operations requireOrders() {
        Operations itsOrders = operations;
        if (itsOrders == null) {
            throw new IllegalStateException("no ring watches it");
        }
        return itsOrders;
    }

    /// Somebody watches it.
    final void watchedBy(Multiplexer.Ready told, int wanted) {
        ready = told;
        interest = wanted;
    }

    /// Nobody watches it any more.
    final void unwatched() {
        ready = NOBODY;
        interest = 0;
    }

    final int interest() {
        return interest;
    }

    final void interest(int wanted) {
        interest = wanted;
    }

    /// Tells what is ready, if anything.
    final void tell() {
        int readiness = takeReady();
        if (readiness != 0) {
            ready.ready(readiness);
        }
    }

    /// What of the interest is ready.
    abstract int ready();

    /// What of the interest is ready, to be told now.
    int takeReady() {
        return ready();
    }

    /// Orders what it needs next.
    abstract void order();

    /// An order is done, or a part of it.
    abstract void completed(OperationKind operation, int result, int flags);

    /// Its ring is closed, and its orders have ended.
    abstract void abandon();

    /// Ends its orders, as nobody watches it any more; then frees its place.
    abstract void leave();
}
