package dev.polyserve.conversation;

import dev.polyserve.Cause;
import dev.polyserve.Limit;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Decides when a socket may be closed after its output was ended, so that no reset destroys the last bytes
/// (`lingering_close` of nginx). The system answers data that arrives at a closed socket with a reset, which destroys
/// our bytes that the peer has not yet received (RFC 9112 section 9.6).
///
/// ```
///   output ended ─▶ discard input ─▶ look ─▶ wait for more, or a moment ─┐
///                         ▲           └─▶ close: everything is acknowledged, the peer has ended, or a limit
///                         └──────────────────────────────────────────────┘
/// ```
///
/// The limits are the same for every socket: the write-stall limit for a peer that acknowledges nothing, and
/// [#MOST_BYTES] of discarded input. Where the system does not report acknowledgement, only the peer's end shows that it has everything. Such a peer is waited
/// for until it has sent nothing for [#SILENCE_NANOS], because a connection on which nothing arrives is closed without
/// a loss.
///
/// A thread waits in [#await]; an event loop calls [#lookAgainNanos] itself.
///
/// **Thread**: the owner's.
public final class LingeringClose {
    /// What [#lookAgainNanos] returns when the socket may be closed.
    public static final long OVER = -1;
    /// A peer that sends more than this without taking the reply is reset.
    static final long MOST_BYTES = 16L << 20;
    /// The same as the wait of Apache httpd for a silent client (`SECONDS_TO_LINGER`).
    static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
    /// This multiple of the drain's quiet time also suffices, for a server configured with a short quiet time.
    private static final int QUIET_TIMES = 4;
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final ServerContext context;
    /// When the output was ended, or the peer last acknowledged something.
    private long progressNanos;
    /// When the peer last sent something.
    private long heardNanos;
    private int lastUnacknowledged = Wire.UNKNOWN;
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private long thrownAwayBytes;
    private Optional<Cause> passed = Optional.empty();

    /// Starts when the output has just been ended.
    public LingeringClose(ServerContext context) {
        this.context = context;
        this.progressNanos = context.clock().nanos();
        this.heardNanos = progressNanos;
    }

    /// Checks again, after the input so far was discarded.
    ///
    /// @param discarded how many bytes were discarded, or [Wire#END]
    /// @param unacknowledged as [KernelSendQueue#unacknowledged]
    /// @return the nanoseconds until the next check, or [#OVER]
    public long lookAgainNanos(int discarded, int unacknowledged) {
        boolean known = unacknowledged != Wire.UNKNOWN;
        if (discarded == Wire.END || unacknowledged == 0) {
            return OVER;
        }
        long now = context.clock().nanos();
        if (discarded > 0) {
            thrownAwayBytes += discarded;
            heardNanos = now;
        }
        if (known && unacknowledged < lastUnacknowledged) {
            progressNanos = now;
        }
        lastUnacknowledged = unacknowledged;
        if (thrownAwayBytes > MOST_BYTES) {
            passed = known ? Optional.of(new Cause.LimitReached(Limit.WRITE_STALL)) : Optional.empty();
            return OVER;
        }
        long leftNanos = leftNanos(now, known);
        if (leftNanos <= 0) {
            passed = known ? Optional.of(new Cause.TimedOut(Limit.WRITE_STALL)) : Optional.empty();
            return OVER;
        }
        pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
        return Math.min(leftNanos, pauseNanos);
    }

    private long leftNanos(long now, boolean known) {
        long left = context.waitNanos(Limit.WRITE_STALL) - (now - progressNanos);
        return known ? left : Math.min(left, silenceNanos() - (now - heardNanos));
    }

    /// The wait for a silent peer; while draining, at most the drain's quiet time.
    private long silenceNanos() {
        long quietNanos = Math.min(context.drainQuietNanos(), SILENCE_NANOS);
        return context.draining() ? quietNanos : Math.min(QUIET_TIMES * quietNanos, SILENCE_NANOS);
    }

    /// The limit that passed before the peer had everything, if any. Empty where the system does not report
    /// acknowledgement: the peer may have everything.
    public Optional<Cause> passed() {
        return passed;
    }

    /// Waits until the socket may be closed.
    ///
    /// @param givenUp whether the connection is aborted, which ends the wait
    /// @throws IOException when the peer has reset the connection
    @SuppressWarnings("ThreadPriorityCheck") // a coroutine that yields lets its loop serve the others
    public void await(Peer peer, BooleanSupplier givenUp) throws IOException {
        long atMostNanos = 0;
        while (atMostNanos != OVER && !givenUp.getAsBoolean()) {
            int count = peer.discard(atMostNanos);
            if (count > 0) {
                Thread.yield();
            }
            atMostNanos = count == Wire.END ? OVER : lookAgainNanos(count, peer.unacknowledged());
        }
    }

    /// The peer of a connection after the end of the output. **Thread**: the owner's.
    public interface Peer extends KernelSendQueue {
        /// Discards input from the peer.
        ///
        /// @param atMostNanos how long to wait for input; 0: not at all
        /// @return how many bytes; 0 or [Wire#TIMED_OUT] when there are none, [Wire#END] when no more can come
        int discard(long atMostNanos) throws IOException;
    }
}
