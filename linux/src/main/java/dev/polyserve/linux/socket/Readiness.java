package dev.polyserve.linux.socket;

import dev.polyserve.linux.system.PollDescriptors;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// What is known of a source's readiness where the system tells each change but once: a mark stays until a call has found
/// that there is nothing more, so that no change is ever lost.
///
/// A call asks for the [#state] first, and clears the mark behind it only if no change came meanwhile. The mark stays visible
/// during the call: a loop that looks while another thread reads would otherwise take the source for not ready, and is not
/// told again.
///
/// **Thread**: any.
public abstract sealed class Readiness {
    /// There is something to read, or to accept.
    public static final int READ = 1;
    /// There is room to write.
    public static final int WRITE = 2;
    /// Nothing will change any more in what can be read: what there is, the end, an error.
    public static final int READ_ENDED = 4;
    /// As that, for both.
    public static final int BOTH_ENDED = 8;
    /// Urgent data came: a read ends before it though more bytes follow.
    public static final int URGENT = 16;

    /// Where the system tells it again and again, so that nothing need be known.
    public static final Readiness UNTRACKED = new Untracked();

    private static final int UNASKED = PollDescriptors.ERR | PollDescriptors.HUP | PollDescriptors.NVAL;

    private Readiness() {}

    /// What to ask of `poll` and `epoll`, whose bits are the same, for an interest.
    public static int bits(int interest) {
        return ((interest & READ) != 0 ? PollDescriptors.IN : 0) | ((interest & WRITE) != 0 ? PollDescriptors.OUT : 0);
    }

    /// What of an interest is ready, from their bits: what has failed or ended is ready for whatever is of interest.
    public static int ofBits(int bits, int interest) {
        if ((bits & UNASKED) != 0) {
            return interest;
        }
        int ready = ((bits & PollDescriptors.IN) != 0 ? READ : 0) | ((bits & PollDescriptors.OUT) != 0 ? WRITE : 0);
        return ready & interest;
    }

    /// One of which nothing is ready yet.
    public static Readiness tracked() {
        return new Tracked();
    }

    /// Something has happened.
    public abstract void happened(int what);

    /// What of an interest is ready, as far as it is known.
    public abstract int readyFor(int interest);

    /// The state before a call that may use up what there is.
    abstract int state();

    /// That call has left nothing; a change since then stays.
    abstract void usedUp(int operation, int stateBefore);

    /// Whether urgent data may have cut a read short.
    abstract boolean hadUrgent();

    /// Nothing is noted.
    private static final class Untracked extends Readiness {
        @Override
        public void happened(int what) {
            // The system knows.
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
            // The system knows.
        }

        @Override
        boolean hadUrgent() {
            return false;
        }
    }

    /// Marks, and above them the number of changes.
    private static final class Tracked extends Readiness {
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
