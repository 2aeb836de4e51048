package dev.polyserve.conversation;

import dev.polyserve.Limit;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// How long a connection may still wait, or go on at all.
///
/// The owner notes when a wait begins and ends: two stores, no timer. Whoever watches (a timer wheel) asks from time to
/// time whether it is overdue and when to ask again, so deadlines cost no system call and no timer is ever moved.
///
/// **Thread**: the owner begins and ends waits; one watcher asks; a sender touches.
class Deadlines extends ByteCounters {
    private static final VarHandle WAIT_SINCE;
    private static final VarHandle TOUCHED;

    static {
        try {
            WAIT_SINCE = MethodHandles.lookup().findVarHandle(Deadlines.class, "waitSinceNanos", long.class);
            TOUCHED = MethodHandles.lookup().findVarHandle(Deadlines.class, "touchedNanos", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final long NOT_WAITING = Long.MAX_VALUE;
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /// Five seconds of them.
    private static final int MOST_LOOKS = 250;

    final ServerContext context;
    private final long startedNanos;
    /// Relative to [#startedNanos], like the two below, so that plain comparison is right whatever the clock's origin.
    private volatile long deadlineNanos = ServerContext.FOREVER_NANOS;
    /// When the present wait began; [#NOT_WAITING] while there is none. Its limit is looked up when it is asked for, so that a
    /// changed one holds for it.
    @SuppressWarnings("unused")
    private long waitSinceNanos = NOT_WAITING;
    /// When a sender last sent something, which is a byte in one direction and so the opposite of idle.
    @SuppressWarnings("unused")
    private long touchedNanos;
    private volatile Limit waitLimit = Limit.FIRST_BYTE;
    /// The owner's: when the last wait began, and how many bytes had been moved then.
    private long lastSinceNanos;
    private long lastBytes = -1;
    /// The watcher's: how often what the owner waits for was there though its limit had passed.
    private int looks;

    Deadlines(ServerContext context) {
        this.context = context;
        this.startedNanos = context.clock().nanos();
    }

    final long ageNanos() {
        return context.clock().nanos() - startedNanos;
    }

    /// A wait begins; one of the same kind before which no byte was moved only goes on, so that neither short reads in a row
    /// nor events that move nothing make a silent peer's time longer.
    ///
    /// A byte sent is progress for every wait, a byte received not for one that waits for room.
    public final void waitsFor(Limit limit) {
        long bytes = limit == Limit.WRITE_STALL ? bytesOut() : bytesIn() + bytesOut();
        if (bytes != lastBytes || waitLimit != limit) {
            waitLimit = limit;
            lastBytes = bytes;
            lastSinceNanos = waitBeginsNanos() - startedNanos;
        }
        WAIT_SINCE.setOpaque(this, lastSinceNanos);
    }

    /// When a wait that begins now does so.
    long waitBeginsNanos() {
        return context.clock().nanos();
    }

    /// A wait of which `waitBeginsNanos` has said that it begins at `saidNanos` begins at `nanos`, if it still goes on.
    /// **Thread**: the owner.
    public final void waitsSince(long saidNanos, long nanos) {
        if (lastSinceNanos == saidNanos - startedNanos && (long) WAIT_SINCE.getOpaque(this) == lastSinceNanos) {
            lastSinceNanos = nanos - startedNanos;
            WAIT_SINCE.setOpaque(this, lastSinceNanos);
        }
    }

    /// The wait is over.
    public final void waited() {
        WAIT_SINCE.setOpaque(this, NOT_WAITING);
    }

    /// Something was sent from outside the owner.
    final void touch() {
        TOUCHED.setOpaque(this, ageNanos());
    }

    /// Makes the conversation end so long from now, if that is sooner.
    ///
    /// @return whether it is
    final boolean shorten(long nanos) {
        long until = ageNanos() + nanos;
        boolean sooner = until < conversationUntil();
        if (sooner) {
            deadlineNanos = until;
        }
        return sooner;
    }

    /// When the conversation ends in any case: by the limit in force, or by a deadline of its own.
    private long conversationUntil() {
        return Math.min(deadlineNanos, context.conversationNanos());
    }

    /// How long it has waited for input in silence; 0 while it does not wait. **Thread**: any.
    public final long quietNanos() {
        long since = (long) WAIT_SINCE.getOpaque(this);
        if (since == NOT_WAITING || waitLimit == Limit.WRITE_STALL) {
            return 0;
        }
        return Math.max(0, ageNanos() - Math.max(since, (long) TOUCHED.getOpaque(this)));
    }

    /// Whether it has waited for input in silence for so long, and nothing is there to be read. **Thread**: any.
    public final boolean isQuiet(long nanos) {
        return quietNanos() >= nanos && pending(false) != ReadinessCheck.YES;
    }

    /// Which limit has passed, if any. **Thread**: the watcher.
    final Optional<Limit> overdue() {
        long age = ageNanos();
        if (age >= conversationUntil()) {
            return Optional.of(Limit.CONVERSATION);
        }
        Limit limit = waitLimit;
        if (age < waitUntil()) {
            looks = 0;
            return Optional.empty();
        }
        if (mayGoOn(limit)) {
            looks++;
            return Optional.empty();
        }
        return Optional.of(limit);
    }

    /// Whether what the owner waits for is there, though its limit has passed: the process may have been stopped meanwhile. The owner has
    /// a moment to come by; one that does not is stuck.
    private boolean mayGoOn(Limit limit) {
        if (looks >= MOST_LOOKS) {
            return false;
        }
        return switch (pending(limit == Limit.WRITE_STALL)) {
            case YES -> true;
            case NO -> false;
            case UNKNOWN -> looks == 0;
        };
    }

    /// Whether what the owner waits for is there. **Thread**: the watcher.
    ///
    /// @param toWrite whether it waits for room, rather than for input
    ReadinessCheck pending(boolean toWrite) {
        return ReadinessCheck.NO;
    }

    /// In how many nanoseconds to ask again; at least one. The present wait may give way to a shorter one that began just
    /// after this moment, so it is never longer than the shortest wait there is.
    final long askAgainNanos() {
        if (looks > 0) {
            return LOOK_AGAIN_NANOS;
        }
        long age = ageNanos();
        long next = Math.min(waitUntil(), conversationUntil());
        return Math.clamp(next - age, 1, context.shortestWaitNanos());
    }

    private long waitUntil() {
        long since = (long) WAIT_SINCE.getOpaque(this);
        if (since == NOT_WAITING) {
            return Long.MAX_VALUE;
        }
        // What a sender sends is progress for an owner who waits behind it, too.
        return Math.max(since, (long) TOUCHED.getOpaque(this)) + context.waitNanos(waitLimit);
    }
}
