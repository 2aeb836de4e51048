package dev.polyserve.linux.socket;

import dev.polyserve.io.Pollable;
import dev.polyserve.linux.system.PollDescriptors;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// The known readiness of a source, for mechanisms that report each change only once. A mark stays until a call has
/// found no more, so that no change is lost.
///
/// A call reads the [#state] first, and afterwards clears the mark only if no change has arrived meanwhile. The mark
/// stays visible during the call. Otherwise a loop that checks while another thread reads would consider the source not
/// ready, and get no further report.
///
/// **Thread**: any.
public abstract sealed class EdgeReadiness {
    /// Bytes to read, or connections to accept.
    public static final int READ = Pollable.READ;
    /// Room to write.
    public static final int WRITE = Pollable.WRITE;
    /// The read side will not change any more: the bytes left, the end, or an error.
    public static final int READ_ENDED = 4;
    /// Like [#READ_ENDED], for both directions.
    public static final int BOTH_ENDED = 8;
    /// Urgent data has arrived: a read stops before it although more bytes follow.
    public static final int URGENT = 16;

    /// For mechanisms that report readiness repeatedly, so that nothing is recorded.
    public static final EdgeReadiness UNTRACKED = new Untracked();

    private static final int UNASKED = PollDescriptors.ERR | PollDescriptors.HUP | PollDescriptors.NVAL;

    private EdgeReadiness() {}

    /// Returns the bits of `poll` and `epoll`, which are the same, for an interest.
    public static int bits(int interest) {
        return ((interest & READ) != 0 ? PollDescriptors.IN : 0) | ((interest & WRITE) != 0 ? PollDescriptors.OUT : 0);
    }

    /// Returns the part of an interest that is ready, from these bits: an error or an end makes all of the interest
    /// ready.
    public static int ofBits(int bits, int interest) {
        if ((bits & UNASKED) != 0) {
            return interest;
        }
        int ready = ((bits & PollDescriptors.IN) != 0 ? READ : 0) | ((bits & PollDescriptors.OUT) != 0 ? WRITE : 0);
        return ready & interest;
    }

    /// Returns a record in which nothing is ready yet.
    public static EdgeReadiness tracked() {
        return new Tracked();
    }

    /// Records a change.
    public abstract void happened(int what);

    /// Returns the part of an interest that is known to be ready.
    public abstract int readyFor(int interest);

    /// Returns the state before a call that may use up the readiness.
    abstract int state();

    /// Clears a mark after a call that has left nothing, as EAGAIN says; a change since `stateBefore` keeps it.
    abstract void usedUp(int operation, int stateBefore);

    /// Returns true when urgent data may have cut a read short.
    abstract boolean hadUrgent();

    /// Records nothing.
    private static final class Untracked extends EdgeReadiness {
        @Override
        public void happened(int what) {
            // The system keeps the state.
        }

        @Override
        public int readyFor(int interest) {
            return 0;
        }

        @Override
        int state() {
            return 0;
        }

        @Override
        void usedUp(int operation, int stateBefore) {
            // The system keeps the state.
        }

        @Override
        boolean hadUrgent() {
            return false;
        }
    }

    /// The marks, with a counter of changes above them.
    private static final class Tracked extends EdgeReadiness {
        private static final int CHANGE_SHIFT = 5;
        private static final VarHandle STATE;

        static {
            try {
                STATE = MethodHandles.lookup().findVarHandle(Tracked.class, "state", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        @SuppressWarnings("unused")
        private int state;

        @Override
        public void happened(int what) {
            int now;
            do {
                now = state();
            } while (!STATE.compareAndSet(this, now, (now | what) + (1 << CHANGE_SHIFT)));
        }

        @Override
        public int readyFor(int interest) {
            int now = state();
            if ((now & BOTH_ENDED) != 0) {
                return interest;
            }
            int ready = (now & READ_ENDED) != 0 ? now | READ : now;
            return ready & interest;
        }

        @Override
        int state() {
            return (int) STATE.getVolatile(this);
        }

        @Override
        void usedUp(int operation, int stateBefore) {
            int now = state();
            while ((now ^ stateBefore) >>> CHANGE_SHIFT == 0
                    && !STATE.compareAndSet(this, now, now & ~operation)) {
                now = state();
            }
        }

        @Override
        boolean hadUrgent() {
            return (state() & URGENT) != 0;
        }
    }
}
