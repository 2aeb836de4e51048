package dev.polyserve.run;

import dev.polyserve.Client;
import dev.polyserve.ConnectionException;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.PinnedWaitException;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.BacklogFullException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The attempts to connect to one server, within the time for that.
///
/// ```
///   look up ─▶ connect to one of the addresses ([AddressRace]) ─▶ connected
///                 └─ a Unix server with a full backlog ─▶ a pause, and again
/// ```
///
/// **Thread**: one, which waits.
final class OutgoingConnectAttempts {
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Client to;
    private final ServerContext context;
    private final NanoClock clock;
    private final long begunNanos;

    /// @param context with the limit and the clock
    OutgoingConnectAttempts(Client to, ServerContext context) {
        this.to = to;
        this.context = context;
        this.clock = context.clock();
        this.begunNanos = clock.nanos();
    }

    /// The time that is left.
    long leftNanos() {
        return begunNanos + context.connectNanos() - clock.nanos();
    }

    /// Looks up the server and tries its addresses.
    ///
    /// @return the connected one
    /// @throws IOException with the reason and the remedy, without the endpoint
    <A extends AddressRace.Attempt> A winner(OutgoingAddressResolver addresses, AddressRace.Beginning<A> beginning)
            throws IOException {
        List<SocketAddress> found = addresses.of(to, leftNanos());
        if (to.endpoint() instanceof Endpoint.Unix) {
            return unix(found.getFirst(), beginning);
        }
        var race = new AddressRace<>(clock, found, leftNanos(), beginning);
        try {
            return race.winner();
        } finally {
            if (race.isLate()) {
                context.listener().limitReached(Limit.CONNECT);
            }
        }
    }

    /// A Unix server is connected to at once, unless its backlog is full.
    private <A extends AddressRace.Attempt> A unix(SocketAddress address, AddressRace.Beginning<A> beginning)
            throws IOException {
        for (long pause = FIRST_PAUSE_NANOS;; pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS)) {
            try {
                A attempt = beginning.begin(address);
                if (attempt.connect(Math.max(1, leftNanos()), false)) {
                    return attempt;
                }
                throw new IOException("it does not answer; see its log");
            } catch (BacklogFullException e) {
                if (leftNanos() < pause) {
                    context.listener().limitReached(Limit.CONNECT);
                    throw e;
                }
                pause(pause);
            }
        }
    }

    private void pause(long nanos) throws InterruptedIOException {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            throw OutgoingAddressResolver.interrupted(to.endpoint());
        }
    }

    /// The exception for the caller: one sentence, unless the caller itself is to wait no more.
    static IOException failure(Client to, IOException why) {
        return switch (why) {
            case ConnectionException _, ClosedByInterruptException _, InterruptedIOException _, PinnedWaitException _ ->
                why;
            default -> {
                var failed = new ConnectException("cannot connect to " + to.endpoint() + ": " + why.getMessage());
                failed.initCause(why);
                yield failed;
            }
        };
    }
}
