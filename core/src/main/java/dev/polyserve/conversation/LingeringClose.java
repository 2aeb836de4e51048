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
/// It lasts at most as long as the write-stall limit, and throws away at most [#MOST_BYTES]. Where the system does not tell what is
/// acknowledged, it waits for the peer's end.
///
/// **Thread**: the owner's.
public final class LingeringClose {
    /// What [#lookAgainNanos] returns when the socket may be closed.
    public static final long OVER = -1;
    /// A peer that goes on sending more than this without taking the reply is reset.
    static final long MOST_BYTES = 16L << 20;
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final ServerContext context;
    private final long sinceNanos;
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private long thrownAwayBytes;
    private Optional<Cause> passed = Optional.empty();

    /// The output was just ended.
    public LingeringClose(ServerContext context) {
        this.context = context;
        this.sinceNanos = context.clock().nanos();
    }

    /// So many bytes of the peer were thrown away.
    public void threwAway(int bytes) {
        thrownAwayBytes += bytes;
    }

    /// Looks, after what had come was thrown away.
    ///
    /// @param unacknowledged as [Wire#unacknowledged]
    /// @return in how many nanoseconds to look again, or [#OVER]
    public long lookAgainNanos(int unacknowledged) {
        boolean known = unacknowledged != Wire.UNKNOWN;
        if (unacknowledged == 0) {
            return OVER;
        }
        if (thrownAwayBytes > MOST_BYTES) {
            passed = Optional.of(new Cause.LimitReached(Limit.WRITE_STALL));
            return OVER;
        }
        long leftNanos = sinceNanos + mostNanos(known) - context.clock().nanos();
        if (leftNanos <= 0) {
            passed = known ? Optional.of(new Cause.TimedOut(Limit.WRITE_STALL)) : Optional.empty();
            return OVER;
        }
        pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
        return Math.min(leftNanos, pauseNanos);
    }

    /// A server that drains does not wait for a peer of which nothing is known and that says nothing.
    private long mostNanos(boolean known) {
        long most = context.waitNanos(Limit.WRITE_STALL);
        return !known && context.draining() ? Math.min(most, context.drainQuietNanos()) : most;
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
    void await(Wire wire, BooleanSupplier givenUp) throws IOException {
        long atMostNanos = 0;
        while (atMostNanos != OVER && !givenUp.getAsBoolean()) {
            int count = wire.discard(atMostNanos);
            if (count == Wire.END) {
                return;
            }
            if (count > 0) {
                threwAway(count);
                Thread.yield();
            }
            atMostNanos = lookAgainNanos(wire.unacknowledged());
        }
    }
}
