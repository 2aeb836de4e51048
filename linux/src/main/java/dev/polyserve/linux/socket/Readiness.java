package dev.polyserve.linux.socket;

import dev.polyserve.linux.system.PollDescriptors;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// What is known of a source's readiness where the system tells each change but once: a mark stays until a call has found
/// that there is nothing more, so that no change is ever lost.
///
/// A call that may use it up takes the mark away first, and sets it again when there may be more: a change that comes meanwhile
/// sets it, too.
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

    /// A call begins that may use up what there is.
    abstract void begins(int operation);

    /// That call has left something, or may have.
    abstract void remains(int operation);

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
        void begins(int operation) {
            // The system knows.
        }

        @Override
        void remains(int operation) {
            // The system knows.
        }

        @Override
        boolean hadUrgent() {
            return false;
        }
    }

    /// Marks.
    private static final class Tracked extends Readiness {
        private static final VarHandle MARKS;

        static {
            try {
                MARKS = MethodHandles.lookup().findVarHandle(Tracked.class, "marks", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        @SuppressWarnings("unused")
        private int marks;

        @Override
        public void happened(int what) {
            MARKS.getAndBitwiseOr(this, what);
        }

        @Override
        public int readyFor(int interest) {
            int now = (int) MARKS.getVolatile(this);
            if ((now & BOTH_ENDED) != 0) {
                return interest;
            }
            int ready = (now & READ_ENDED) != 0 ? now | READ : now;
            return ready & interest;
        }

        @Override
        void begins(int operation) {
            MARKS.getAndBitwiseAnd(this, ~operation);
        }

        @Override
        void remains(int operation) {
            MARKS.getAndBitwiseOr(this, operation);
        }

        @Override
        boolean hadUrgent() {
            return ((int) MARKS.getVolatile(this) & URGENT) != 0;
        }
    }
}
