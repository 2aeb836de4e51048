package dev.polyserve.run;

import dev.polyserve.ServerListener;
import dev.polyserve.io.AcceptException;
import dev.polyserve.io.Listener;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Accepts connections at one listener, for every model. It survives every error and every throwable, pauses when the
/// system or this server is exhausted, and resumes by itself.
///
/// ```
///   ARMED ──ready──▶ accept… ──nothing more──▶ ARMED
///     ▲                 ├──error──▶ PAUSED for 5 ms … 1 s ──▶ ARMED, or accept… when the error may be the listener's
///     │                 ├──full, too many a second───▶ WAITING for room ─▶ ARMED
///     └──allowed────────┴──not allowed──▶ IDLE
///                       └──a listener that can never accept──▶ DOWN
/// ```
///
/// **Thread**: the accept loop's.
final class Acceptor implements Multiplexer.Ready {
    private static final int ACCEPTS_PER_TURN = 64;
    /// After how many turns in a row that took all expected connections more are expected.
    private static final int TURNS_WITH_ALL = 8;
    /// Failures in a row after which a descriptor that reports that it is not a listener is given up.
    private static final int FATAL_IN_A_ROW = 5;
    /// The same for errors without a known error number: with the pauses between them, about eight seconds of failures.
    private static final int UNCLEAR_IN_A_ROW = 16;
    /// An error that occurs more often than this in a row does not concern one connection only, whatever its number.
    private static final int RETRIED_AT_ONCE = 16;
    // Constants, so that their class is initialised before memory is short: afterwards it could never be used again.
    private static final AcceptException.Concerned A_CONNECTION = AcceptException.Concerned.CONNECTION;
    private static final AcceptException.Concerned THE_LISTENER = AcceptException.Concerned.LISTENER;
    private static final AcceptException.Concerned UNCLEAR = AcceptException.Concerned.CONNECTION_OR_LISTENER;

    private final EventLoop loop;
    private final Listener listener;
    private final AcceptHandler handler;
    private final AcceptGate acceptLimit;
    private final AcceptRateLimit acceptRate;
    private final ServerListener events;
    private final Runnable onDown;
    private final Backoff backoff = new Backoff();
    private Multiplexer.@Nullable Watch watch;
    /// Prepared, because a pause may be due to a lack of memory.
    private final EventLoop.Delayed pauseTimer;
    private boolean paused;
    /// How many connections a turn takes: asking for one that is not there costs a system call, and the multiplexer
    /// reports those that are left.
    private int expected = 1;
    private int taken;
    private int turnsWithAll;
    private int fatalInARow;
    private int unclearInARow;
    private int retriedInARow;

    Acceptor(EventLoop loop, Listener listener, AcceptHandler handler, AcceptGate acceptLimit,
            AcceptRateLimit acceptRate, ServerListener events, Runnable onDown) {
        this.loop = loop;
        this.listener = listener;
        this.handler = handler;
        this.acceptLimit = acceptLimit;
        this.acceptRate = acceptRate;
        this.events = events;
        this.onDown = onDown;
        this.pauseTimer = loop.prepared(this::pauseEnds);
    }

    Listener listener() {
        return listener;
    }

    /// Starts or stops watching the listener, after the accept policy or the room has changed.
    void arm() {
        loop.assertOwner();
        if (!listener.isOpen() || paused) {
            return;
        }
        try {
            int interest = isAllowed() ? Multiplexer.READ : 0;
            if (watch == null) {
                watch = loop.watch(listener, interest, this);
            } else {
                loop.change(watch, interest);
            }
        } catch (IOException e) {
            failed(e);
        }
    }

    @Override
    public void ready(int readiness) {
        loop.assertOwner();
        loop.turnBegins();
        taken = 0;
        while (taken < expected) {
            if (!mayAccept() || !acceptOne()) {
                expected = Math.max(1, taken);
                turnsWithAll = 0;
                return;
            }
        }
        turnsWithAll++;
        if (turnsWithAll == TURNS_WITH_ALL) {
            expected = Math.min(2 * expected, ACCEPTS_PER_TURN);
            turnsWithAll = 0;
        }
    }

    /// Whether to accept another connection now. Connections that another process has accepted and serves are always
    /// taken.
    private boolean mayAccept() {
        if (isAllowed()) {
            return true;
        }
        disarm();
        return listener.acceptedElsewhere();
    }

    /// The rate concerns the process that accepts.
    private boolean isAllowed() {
        return acceptLimit.any() && (listener.acceptedElsewhere() || acceptRate.allows()) && handler.hasRoom();
    }

    /// Stops accepting for good and closes the listener. Connections accepted in advance are served or closed.
    ///
    /// @param mayServe whether they are served: true unless accepting was not allowed
    void close(boolean mayServe) {
        loop.assertOwner();
        try {
            if (watch != null) {
                loop.forget(watch);
            }
            loop.cancel(pauseTimer);
            takeAcceptedInAdvance(mayServe);
            listener.close();
        } catch (IOException e) {
            events.acceptFailed(listener.endpoint(), e, Duration.ZERO);
        }
    }

    private void takeAcceptedInAdvance(boolean mayServe) throws IOException {
        for (StreamSocket socket; (socket = listener.acceptedInAdvance()) != null;) {
            if (mayServe) {
                take(socket);
            } else {
                socket.close(false);
            }
        }
    }

    private void take(StreamSocket socket) {
        try {
            handler.take(socket, listener);
        } catch (RuntimeException | Error e) {
            events.acceptFailed(listener.endpoint(), e, Duration.ZERO);
        }
    }

    /// @return whether there may be another connection
    private boolean acceptOne() {
        StreamSocket socket;
        try {
            socket = listener.accept();
        } catch (IOException | RuntimeException | Error e) {
            return retriesAtOnce(e) || failed(e);
        }
        accepts();
        if (socket == null) {
            return false;
        }
        acceptLimit.used();
        if (!listener.acceptedElsewhere()) {
            acceptRate.used();
        }
        try {
            handler.take(socket, listener);
            // Only now: a system that provides sockets but no threads is exhausted, too.
            backoff.succeeded();
            taken++;
            return true;
        } catch (RuntimeException | Error e) {
            // No thread or no memory: the system is exhausted.
            return failed(e);
        }
    }

    /// Resets the failure counts: the descriptor is a listener, because it returned a connection or reported that none
    /// is waiting.
    private void accepts() {
        fatalInARow = 0;
        unclearInARow = 0;
        retriedInARow = 0;
    }

    private boolean retriesAtOnce(Throwable error) {
        if (!listener.isOpen() || retriedInARow >= RETRIED_AT_ONCE
                || !concerns(error, A_CONNECTION)) {
            return false;
        }
        retriedInARow++;
        fatalInARow = 0;
        unclearInARow = 0;
        events.acceptFailed(listener.endpoint(), error, Duration.ZERO);
        return true;
    }

    /// Whether the error is known to concern `what`. An unclassified error is not, and costs a pause.
    private static boolean concerns(Throwable error, AcceptException.Concerned what) {
        return error instanceof AcceptException known && known.concerned() == what;
    }

    /// Pauses, or gives up a listener that can never accept again.
    ///
    /// @return false: no other connection is available now
    private boolean failed(Throwable error) {
        if (!listener.isOpen()) {
            return false;
        }
        fatalInARow = concerns(error, THE_LISTENER) ? fatalInARow + 1 : 0;
        unclearInARow = concerns(error, UNCLEAR) ? unclearInARow + 1 : 0;
        if (fatalInARow >= FATAL_IN_A_ROW || unclearInARow >= UNCLEAR_IN_A_ROW) {
            events.listenerDown(listener.endpoint(), error);
            close(true);
            onDown.run();
            return false;
        }
        long nanos = backoff.failedNanos();
        if (!paused) {
            paused = true;
            loop.start(pauseTimer, nanos);
        }
        disarm(); // last, because it may fail: the pause ends all the same
        events.acceptFailed(listener.endpoint(), error, Duration.ofNanos(nanos));
        return false;
    }

    /// Ends a pause. After an error that one connection may have caused, it accepts even if no connection is waiting:
    /// an empty backlog shows that the listener works.
    void pauseEnds() {
        loop.assertOwner();
        paused = false;
        try {
            arm();
            if (unclearInARow > 0 && listener.isOpen()) {
                ready(Multiplexer.READ);
            }
        } catch (RuntimeException | Error e) {
            boolean _ = failed(e);
        }
    }

    private void disarm() {
        if (watch != null && listener.isOpen()) {
            loop.change(watch, 0);
        }
    }
}
