package dev.polyserve.run;

import dev.polyserve.ConnectionException;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.PinnedWaitException;
import dev.polyserve.io.ResourceExhaustedException;
import dev.polyserve.io.UnreachableException;
import dev.polyserve.text.PrintableAddress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Connects to the first of several addresses that answers (RFC 8305, section 5): the attempt at the next address begins
/// when the last one has failed, or has not answered for 250 ms, and the attempts before go on.
///
/// ```
///   begin an attempt ─▶ wait for it: until the next one is due, or the time is over ─▶ connected: give the others up
///         ▲                 └─ fails, or not yet ─┐
///         └───────────────────────────────────────┘
/// ```
///
/// A thread waits for one socket. So it waits for the newest attempt, and looks at the others every 10 ms.
///
/// **Thread**: one.
///
/// @param <A> an attempt
final class AddressRace<A extends AddressRace.Attempt> {
    /// The time between two attempts, as RFC 8305, section 8, recommends it.
    static final long DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /// The time between two looks at the older attempts.
    static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final NanoClock clock;
    private final long begunNanos;
    private final long atMostNanos;
    private final Beginning<A> beginning;
    private final Deque<SocketAddress> untried;
    private final boolean several;
    /// The newest one first.
    private final Deque<Underway<A>> underway = new ArrayDeque<>();
    private final List<String> failures = new ArrayList<>();
    private @Nullable IOException lastFailure;
    private long nextNanos;
    private boolean late;

    /// An attempt to connect to one address.
    interface Attempt {
        /// Connects, and waits for that.
        ///
        /// @param atMostNanos how long to wait; 0 only looks
        /// @param again whether the attempt goes on when that was not enough, and this is called again
        /// @return whether it is connected; if not, and `again` is false, the attempt is over
        /// @throws IOException why it cannot be connected; the attempt is over
        boolean connect(long atMostNanos, boolean again) throws IOException;

        /// Ends an attempt that has not connected.
        void giveUp();
    }

    /// Begins attempts.
    @FunctionalInterface
    interface Beginning<A> {
        /// Makes a socket for the address.
        A begin(SocketAddress address) throws IOException;
    }

    private record Underway<A>(A attempt, SocketAddress address) {}

    /// @param addresses in the order of the attempts
    /// @param atMostNanos the time for all attempts, from now on
    AddressRace(NanoClock clock, Collection<? extends SocketAddress> addresses, long atMostNanos,
            Beginning<A> beginning) {
        this.clock = clock;
        this.begunNanos = clock.nanos();
        this.atMostNanos = atMostNanos;
        this.beginning = beginning;
        this.untried = new ArrayDeque<>(addresses);
        this.several = addresses.size() > 1;
    }

    /// Tries all addresses.
    ///
    /// @return the connected one
    /// @throws ConnectException with the reason for each address
    /// @throws IOException when the wait has ended, because of an interrupt or of the end of the owner
    A winner() throws IOException {
        try {
            while (true) {
                A winner = step();
                if (winner != null) {
                    underway.removeIf(one -> one.attempt.equals(winner));
                    return winner;
                }
            }
        } finally {
            underway.forEach(one -> one.attempt.giveUp());
        }
    }

    /// Whether the time was not enough for one of the attempts.
    boolean isLate() {
        return late;
    }

    private @Nullable A step() throws IOException {
        long now = clock.nanos();
        long left = begunNanos + atMostNanos - now;
        if (left > 0 && !untried.isEmpty() && (underway.isEmpty() || now - nextNanos >= 0)) {
            begin(untried.removeFirst(), now);
            return null;
        }
        if (underway.isEmpty() && untried.isEmpty()) {
            throw failed();
        }
        if (left <= 0) {
            underway.forEach(this::noAnswer);
            throw failed();
        }
        return await(left, untried.isEmpty() ? left : Math.min(left, Math.max(0, nextNanos - now)));
    }

    private void begin(SocketAddress address, long now) throws IOException {
        nextNanos = now + DELAY_NANOS;
        try {
            underway.addFirst(new Underway<>(beginning.begin(address), address));
        } catch (IOException e) {
            failed(address, e);
        }
    }

    private @Nullable A await(long left, long untilNext) throws IOException {
        Underway<A> newest = underway.getFirst();
        for (Underway<A> older : List.copyOf(underway).subList(1, underway.size())) {
            if (connects(older, 0, true)) {
                return older.attempt;
            }
        }
        boolean last = underway.size() == 1 && untried.isEmpty();
        long wait = underway.size() == 1 ? untilNext : Math.min(untilNext, LOOK_NANOS);
        if (connects(newest, last ? left : wait, !last)) {
            return newest.attempt;
        }
        if (last && underway.remove(newest)) {
            noAnswer(newest);
        }
        return null;
    }

    private boolean connects(Underway<A> one, long atMost, boolean again) throws IOException {
        try {
            return one.attempt.connect(atMost, again);
        } catch (IOException e) {
            underway.remove(one);
            failed(one.address, e);
            return false;
        }
    }

    private void failed(SocketAddress address, IOException why) throws IOException {
        switch (why) {
            case ConnectionException _, ClosedByInterruptException _, InterruptedIOException _, PinnedWaitException _ ->
                throw why;
            default -> {
                lastFailure = moreTelling(why);
                nextNanos = clock.nanos();
                failures.add(at(address) + why.getMessage());
            }
        }
    }

    /// For lack of descriptors or memory the servers were not all asked. A lack of local ports is the reason only when
    /// each address has this failure: a machine without IPv6 reports it of each such address.
    private IOException moreTelling(IOException why) {
        IOException last = lastFailure;
        return last != null && (last instanceof ResourceExhaustedException || isOfLocalPorts(why)) ? last : why;
    }

    private static boolean isOfLocalPorts(@Nullable IOException why) {
        return why instanceof UnreachableException unreachable && unreachable.isOfLocalPorts();
    }

    private void noAnswer(Underway<A> one) {
        late = true;
        if (isOfLocalPorts(lastFailure)) {
            lastFailure = null;
        }
        failures.add(at(one.address) + "no answer within "
                + TimeUnit.NANOSECONDS.toMillis(clock.nanos() - begunNanos)
                + " ms; check the address and the firewall");
    }

    private String at(SocketAddress address) {
        return several ? "at " + PrintableAddress.shown(address) + ", " : "";
    }

    private ConnectException failed() {
        if (failures.isEmpty()) {
            late = true;
            failures.add("the time was over before the first attempt; allow more with Timeouts.withConnect(…)");
        }
        var failed = new ConnectException(String.join("; ", failures));
        failed.initCause(lastFailure);
        return failed;
    }
}
