package dev.polyserve.conversation;

import dev.polyserve.Cause;
import dev.polyserve.Limit;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// When a socket may be closed whose output is ended. What arrives at a closed socket is answered with a reset, which destroys bytes of ours
/// that are not yet at the peer (RFC 9112 section 9.6; `lingering_close` of nginx).
///
/// ```
///   output ended ─▶ throw away what has come ─▶ look ─▶ wait for more, or a moment ─┐
///                        ▲                       └─▶ close: everything is acknowledged, the peer has ended, or a limit
///                        └──────────────────────────────────────────────────────────┘
/// ```
///
/// The limits are the same for every socket: the write-stall limit in time, and [#MOST_BYTES] thrown away. Where the system does not tell what
/// is acknowledged, only the peer's end shows that it has everything; so a peer that sends nothing for [#SILENCE_NANOS] is waited for no longer,
/// because a connection on which nothing arrives is closed without a loss.
///
/// A thread waits in [#await]; an event loop asks [#lookAgainNanos] itself.
///
/// **Thread**: the owner's.
public final class LingeringClose {
    /// What [#lookAgainNanos] returns when the socket may be closed.
    public static final long OVER = -1;
    /// A peer that goes on sending more than this without taking the reply is reset.
    static final long MOST_BYTES = 16L << 20;
    /// As long as Apache's httpd waits for a silent client (`SECONDS_TO_LINGER`).
    static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
    /// So many times the silence that a drain takes for quiet is enough, too, for a server that is told to be less patient.
    private static final int QUIET_TIMES = 4;
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final ServerContext context;
    private final long sinceNanos;
    /// When the peer last sent something.
    private long heardNanos;
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private long thrownAwayBytes;
    private Optional<Cause> passed = Optional.empty();

    /// The output was just ended.
    public LingeringClose(ServerContext context) {
        this.context = context;
        this.sinceNanos = context.clock().nanos();
        this.heardNanos = sinceNanos;
    }

    /// Looks, after what had come was thrown away.
    ///
    /// @param discarded how many bytes that were, or [Wire#END]
    /// @param unacknowledged as [Peer#unacknowledged]
    /// @return in how many nanoseconds to look again, or [#OVER]
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
        if (thrownAwayBytes > MOST_BYTES) {
            passed = Optional.of(new Cause.LimitReached(Limit.WRITE_STALL));
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
        long left = context.waitNanos(Limit.WRITE_STALL) - (now - sinceNanos);
        return known ? left : Math.min(left, silenceNanos() - (now - heardNanos));
    }

    /// A server that drains waits for a silent peer only as long as for any quiet one.
    private long silenceNanos() {
        long quietNanos = Math.min(context.drainQuietNanos(), SILENCE_NANOS);
        return context.draining() ? quietNanos : Math.min(QUIET_TIMES * quietNanos, SILENCE_NANOS);
    }

    /// The limit that was passed before the peer had everything, if one was.
    public Optional<Cause> passed() {
        return passed;
    }

    /// Waits until the socket may be closed.
    ///
    /// @param givenUp whether the connection is given up, so that nothing is waited for
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

    /// The other side of a connection whose output is ended. **Thread**: the owner's.
    public interface Peer {
        /// Throws away what the peer sends.
        ///
        /// @param atMostNanos how long to wait for some; 0: not at all
        /// @return how many bytes; 0 or [Wire#TIMED_OUT] when there are none, [Wire#END] when none come any more
        int discard(long atMostNanos) throws IOException;

        /// How many bytes of ours, our end counted as one, the peer's system has not acknowledged; [Wire#UNKNOWN] when the system does not
        /// tell.
        int unacknowledged() throws IOException;
    }
}
