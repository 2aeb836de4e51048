package dev.polyserve.conversation;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.Limit;
import dev.polyserve.record.ConnectionRecorder;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// How long a connection may still wait, or continue at all.
///
/// The owner records when a wait begins and ends: two stores, no timer. The monitor (a timer wheel) checks from time to
/// time whether the wait is overdue and when to check again, so deadlines cost no system call and no timer is ever
/// moved.
///
/// **Thread**: the owner begins and ends waits; one monitor checks; a sender touches.
abstract class Deadlines extends ByteCounters {
    private static final VarHandle SINCE;
    private static final VarHandle WAITING;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            SINCE = lookup.findVarHandle(Deadlines.class, "sinceNanos", long.class);
            WAITING = lookup.findVarHandle(Deadlines.class, "waiting", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final long NOT_WAITING = Long.MAX_VALUE;
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /// Checks over five seconds.
    private static final int MOST_LOOKS = 250;

    final ServerContext context;
    private final long startedNanos;
    /// When the last wait began, which goes on while [#waiting]. Its limit is read at each check, so that a changed limit
    /// applies to it. Once the connection is over, when that was. Relative to [#startedNanos], as the connection's own
    /// deadline, so that plain comparison is correct whatever the clock's origin.
    @SuppressWarnings("unused")
    private long sinceNanos;
    private volatile Limit waitLimit = Limit.FIRST_BYTE;
    @SuppressWarnings("unused")
    private boolean waiting;
    private volatile boolean stopped;
    /// Whether this side has begun the connection. Set before the conversation begins.
    private boolean begunHere;
    /// For the monitor only: how often a wait was ready though its limit had passed.
    private short looks;
    /// Tells the messages apart whose rest was awaited: written by the owner, read by the monitor, which may lag behind.
    private short messages;
    /// How many turns it has had: each ends with a wait. Written by the owner.
    private int turns;
    /// For the owner only: how many bytes had been moved when the last wait began. The low bits suffice: fewer are moved
    /// between two waits.
    private int lastBytes = -1;

    Deadlines(ServerContext context) {
        this.context = context;
        this.startedNanos = context.clock().nanos();
    }

    final long ageNanos() {
        return context.clock().nanos() - startedNanos;
    }

    /// Begins a wait. A wait of the same kind with no byte moved since the last one continues that one, so neither
    /// short reads in a row nor events that move nothing extend a silent peer's time.
    ///
    /// A sent byte is progress for every wait; a received byte is not progress for a wait for room. A wait for the rest of a
    /// message, of which the beginning has arrived, is for [Limit#MIN_RATE], and ends like one for [Limit#IDLE], too.
    public final void waitsFor(Limit limit) {
        int bytes = (int) (limit == Limit.WRITE_STALL ? bytesOut() : bytesIn() + bytesOut());
        if (bytes != lastBytes || waitLimit != limit) {
            if (limit == Limit.MIN_RATE && waitLimit != limit) {
                messages++;
            }
            waitLimit = limit;
            lastBytes = bytes;
            SINCE.setOpaque(this, waitBeginsNanos() - startedNanos);
        }
        turns++;
        WAITING.setRelease(this, true);
        ConnectionRecorder recorder = recorder();
        if (recorder != null) {
            recorder.waits(info(), limit);
        }
    }

    /// How many turns it has had so far, each of which ended with a wait. **Thread**: any; it may lag behind.
    public final int turns() {
        return turns;
    }

    /// Begins a wait for input.
    ///
    /// @param forRest whether the beginning of a message has arrived
    void waitsForInput(boolean forRest) {
        if (forRest) {
            waitsFor(Limit.MIN_RATE);
        } else {
            waitsFor(bytesIn() == 0 && !begunHere ? Limit.FIRST_BYTE : Limit.IDLE);
        }
    }

    /// Records that this side has begun the connection: a peer that is asked nothing is silent, so the first byte has the idle
    /// limit. Called before the conversation begins.
    public final void markBegunHere() {
        begunHere = true;
    }

    /// Whether this side has begun the connection, so that its peer is no client. **Thread**: any, after [#markBegunHere].
    public final boolean isBegunHere() {
        return begunHere;
    }

    /// Sets how long a wait for input may take, in place of the server's limits. **Thread**: any, before it begins.
    public final void idlesAtMost(long nanos) {
        lazyState().idleNanos = nanos;
    }

    /// From now on only the server's limits apply. **Thread**: the owner.
    final void forgetsOwnLimits() {
        LazyState known = knownState();
        if (known != null) {
            known.untilNanos = ServerContext.FOREVER_NANOS;
            known.idleNanos = 0;
        }
    }

    private long ownIdleNanos() {
        LazyState known = knownState();
        return known == null ? 0 : known.idleNanos;
    }

    private long waitNanos(Limit limit) {
        long own = ownIdleNanos();
        boolean forInput = limit == Limit.IDLE || limit == Limit.FIRST_BYTE || limit == Limit.MIN_RATE;
        return own > 0 && forInput ? own : context.waitNanos(limit);
    }

    /// The begin time of a wait that begins now.
    long waitBeginsNanos() {
        return context.clock().nanos();
    }

    /// Corrects the begin time of a wait from `saidNanos`, which `waitBeginsNanos` returned, to `nanos`, if the wait
    /// still continues. **Thread**: the owner.
    public final void waitsSince(long saidNanos, long nanos) {
        if (sinceNanos == saidNanos - startedNanos && waiting) {
            SINCE.setOpaque(this, nanos - startedNanos);
        }
    }

    /// The wait is over.
    public final void waited() {
        ConnectionRecorder recorder = recorder();
        if (recorder != null && (boolean) WAITING.get(this)) {
            recorder.resumes(info());
        }
        WAITING.setRelease(this, false);
    }

    /// Counts bytes that were received.
    final void countIn(long bytes) {
        addIn(bytes);
        ConnectionRecorder recorder = recorder();
        if (recorder != null) {
            recorder.received(info(), bytes);
        }
    }

    /// Counts bytes that the kernel has accepted.
    final void countOut(long bytes) {
        addOut(bytes);
        ConnectionRecorder recorder = recorder();
        if (recorder != null && bytes > 0) {
            recorder.sent(info(), bytes);
        }
    }

    /// The connection's public information.
    abstract ConnectionInfo info();

    /// What receives what the connection does; null: nothing is recorded.
    @Nullable ConnectionRecorder recorder() {
        return context.recorder();
    }

    /// When the present wait began; [#NOT_WAITING] while there is none. **Thread**: any.
    private long waitSinceNanos() {
        return (boolean) WAITING.getAcquire(this) ? (long) SINCE.getOpaque(this) : NOT_WAITING;
    }

    /// The limit of the present wait; empty while there is none. **Thread**: any.
    public final Optional<Limit> waitingFor() {
        return waitSinceNanos() == NOT_WAITING ? Optional.empty() : Optional.of(waitLimit);
    }

    /// What is known of the peer's progress; also makes it.
    final PeerReadProgress progress() {
        return lazyState().progress();
    }

    private @Nullable PeerReadProgress knownProgress() {
        LazyState known = knownState();
        return known == null ? null : known.knownProgress();
    }

    /// Records that bytes were sent from outside the owner: the connection is not idle then.
    final void touch() {
        progress().touched(ageNanos());
    }

    private long touchedNanos() {
        PeerReadProgress known = knownProgress();
        return known == null ? 0 : known.touchedNanos();
    }

    /// It is over: its age does not grow any more. A second call has no effect.
    final void stopsAgeing() {
        if (!stopped) {
            // In this order: the time of the end is not taken for that of a wait, nor that of a wait for that of the end.
            WAITING.setRelease(this, false);
            SINCE.setOpaque(this, ageNanos());
            stopped = true;
        }
    }

    /// Its age, or that at its end. **Thread**: any.
    public final long livedNanos() {
        return stopped ? (long) SINCE.getOpaque(this) : ageNanos();
    }

    /// Makes the conversation end after this time, if that is sooner.
    ///
    /// @return whether it is sooner
    final boolean shorten(long nanos) {
        long until = ageNanos() + nanos;
        boolean sooner = until < conversationUntil();
        if (sooner) {
            lazyState().untilNanos = until;
        }
        return sooner;
    }

    /// When the conversation must end: by the limit in force, or by its own deadline.
    private long conversationUntil() {
        if (stopped) {
            return Long.MAX_VALUE;
        }
        LazyState known = knownState();
        long limit = context.conversationNanos();
        return known == null ? limit : Math.min(known.untilNanos, limit);
    }

    /// How long it has waited for input without any byte; 0 while it does not wait. **Thread**: any.
    public final long quietNanos() {
        long since = waitSinceNanos();
        if (since == NOT_WAITING || waitLimit == Limit.WRITE_STALL) {
            return 0;
        }
        return Math.max(0, ageNanos() - Math.max(since, touchedNanos()));
    }

    /// Whether it has waited for input without any byte for this time, and no input is ready. **Thread**: any.
    public final boolean isQuiet(long nanos) {
        return quietNanos() >= nanos && pending(false) != ReadinessAtDeadline.YES;
    }

    /// Which limit has passed, if any. **Thread**: the monitor's.
    final Optional<Limit> overdue() {
        long age = ageNanos();
        if (age >= conversationUntil()) {
            return Optional.of(Limit.CONVERSATION);
        }
        Limit limit = waitLimit;
        if (limit == Limit.WRITE_STALL) {
            lookAtProgress(age);
        }
        if (age < waitUntil()) {
            looks = 0;
            return isTooSlow(limit, age) ? Optional.of(Limit.MIN_RATE) : Optional.empty();
        }
        if (mayGoOn(limit)) {
            looks++;
            return Optional.empty();
        }
        return Optional.of(limit == Limit.MIN_RATE ? Limit.IDLE : limit);
    }

    /// Looks at how fast the rest of a message arrives. Without a least rate it costs one comparison.
    private boolean isTooSlow(Limit limit, long age) {
        int least = context.minInputBytesPerSecond();
        if (least == 0) {
            return false;
        }
        PeerReadProgress known = knownProgress();
        if (limit != Limit.MIN_RATE || waitSinceNanos() == NOT_WAITING) {
            if (known != null) {
                known.inputRate(null);
            }
            return false;
        }
        InputRate rate = progress().inputRate();
        if (rate == null || !rate.isOf(messages)) {
            progress().inputRate(new InputRate(messages, age, bytesIn()));
            return false;
        }
        return rate.isTooSlow(age, bytesIn(), least) && pending(false) != ReadinessAtDeadline.YES;
    }

    private void lookAtProgress(long age) {
        long since = waitSinceNanos();
        if (since == NOT_WAITING) {
            return;
        }
        try {
            int unacknowledged = unacknowledged();
            if (unacknowledged != Wire.UNKNOWN) {
                progress().look(since, bytesOut() - unacknowledged, age);
            }
        } catch (IOException e) {
            // Closed or reset: the owner detects that.
            return;
        }
    }

    /// As [KernelSendQueue#unacknowledged]. **Thread**: the monitor's.
    int unacknowledged() throws IOException {
        return Wire.UNKNOWN;
    }

    /// Whether the wait is ready, though its limit has passed: the process may have been stopped meanwhile. The owner
    /// gets a short time to resume; after that it counts as stuck.
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

    /// Whether the awaited readiness is there. **Thread**: the monitor's.
    ///
    /// @param toWrite whether the owner waits for room, rather than for input
    ReadinessAtDeadline pending(boolean toWrite) {
        return ReadinessAtDeadline.NO;
    }

    /// The nanoseconds until the next check; at least one. The present wait may give way to a shorter one that begins
    /// just after this moment, so the result is never longer than [ServerContext#longestLookNanos].
    final long askAgainNanos() {
        if (looks > 0) {
            return LOOK_AGAIN_NANOS;
        }
        long age = ageNanos();
        long next = Math.min(waitUntil(), conversationUntil());
        long own = ownIdleNanos();
        long longest = context.longestLookNanos();
        return Math.clamp(next - age, 1, own > 0 ? Math.min(own, longest) : longest);
    }

    private long waitUntil() {
        long since = waitSinceNanos();
        if (since == NOT_WAITING) {
            return Long.MAX_VALUE;
        }
        Limit limit = waitLimit;
        // A sender's bytes are progress, too, for an owner that waits for the same peer.
        long from = Math.max(since, touchedNanos());
        PeerReadProgress noticed = knownProgress();
        if (limit == Limit.WRITE_STALL && noticed != null) {
            from = Math.max(from, noticed.lastNanos());
        }
        return from + waitNanos(limit);
    }
}
