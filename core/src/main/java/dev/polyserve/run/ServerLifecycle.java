package dev.polyserve.run;

import dev.polyserve.coroutine.carrier.NonQueueingLock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The life-cycle state of a server, and the thread that performs the next transition.
///
/// ```
///   BOUND ──claimStart──▶ STARTING ──endStart──▶ SERVING ⇄ setPaused
///     │ ▲──endStart, not served──┘ │                │
///     └────────claimStop───────────┴───claimStop────┴──▶ STOPPING
/// ```
///
/// The thread that has claimed the start starts the runner without the lock, because that may take a while. If a stop
/// is requested meanwhile, that thread begins the stop after the start has ended.
///
/// **Thread**: any.
final class ServerLifecycle {
    private enum State {
        BOUND, STARTING, SERVING, STOPPING
    }

    private final NonQueueingLock lock = new NonQueueingLock();
    private volatile State state = State.BOUND;
    private volatile boolean paused;
    private volatile boolean acceptedUntilStop;
    /// The last start. Guarded by `lock`.
    private Start start = Start.NONE;
    /// The deadline of a stop that begins once the start has ended. Guarded by `lock`.
    private Optional<Duration> stopAsked = Optional.empty();

    /// @param by the thread that starts the runner
    /// @param ended completed when the start has ended, whether the runner runs or not
    private record Start(Optional<Thread> by, CompletableFuture<@Nullable Void> ended) {
        private static final Start NONE = new Start(Optional.empty(), CompletableFuture.completedFuture(null));

        private static Start byThisThread() {
            return new Start(Optional.of(Thread.currentThread()), new CompletableFuture<>());
        }

        private boolean isByThisThread() {
            return !ended.isDone() && by.filter(Thread.currentThread()::equals).isPresent();
        }
    }

    boolean isServing() {
        return state == State.SERVING;
    }

    boolean isAccepting() {
        return state == State.SERVING && !paused;
    }

    boolean isStopping() {
        return state == State.STOPPING;
    }

    /// Whether the server was accepting when its stop was claimed.
    boolean acceptedUntilStop() {
        return acceptedUntilStop;
    }

    /// Claims the start, after waiting for any start that another thread has claimed.
    ///
    /// @return whether this thread must start the server and then call [#endStart]; false if the server serves or
    ///         stops, or if this thread has already claimed the start
    boolean claimStart() {
        while (true) {
            CompletableFuture<@Nullable Void> other;
            lock.lock();
            try {
                if (state == State.BOUND) {
                    state = State.STARTING;
                    start = Start.byThisThread();
                    return true;
                }
                if (state != State.STARTING || start.isByThisThread()) {
                    return false;
                }
                other = start.ended();
            } finally {
                lock.unlock();
            }
            other.join();
        }
    }

    /// Ends the start that this thread has claimed.
    ///
    /// @param serves whether the server serves from now on; otherwise it stays bound
    /// @param serve runs at the transition to serving, before any stop; it must not block
    /// @return the deadline of the stop that this thread must begin now, if one was requested
    Optional<Duration> endStart(boolean serves, Runnable serve) {
        lock.lock();
        try {
            if (stopAsked.isPresent()) {
                state = State.STOPPING;
            } else if (serves) {
                state = State.SERVING;
                serve.run();
            } else {
                state = State.BOUND;
            }
            return stopAsked;
        } finally {
            start.ended().complete(null);
            lock.unlock();
        }
    }

    /// Whether this thread has claimed the start and not ended it.
    boolean startsInThisThread() {
        lock.lock();
        try {
            return start.isByThisThread();
        } finally {
            lock.unlock();
        }
    }

    /// Pauses or resumes a server that serves.
    ///
    /// @param change runs at this transition, before any other; it must not block
    /// @return whether the state has changed
    boolean setPaused(boolean pausing, Runnable change) {
        lock.lock();
        try {
            if (state != State.SERVING || paused == pausing) {
                return false;
            }
            paused = pausing;
            change.run();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Ends the serving state, unless another call already has.
    ///
    /// @param deadline of a stop that begins once a start has ended
    /// @return whether this thread must begin the stop; false if the stop has begun, or begins once the start has ended
    boolean claimStop(Duration deadline) {
        lock.lock();
        try {
            if (state == State.STARTING) {
                stopAsked = stopAsked.or(() -> Optional.of(deadline));
                return false;
            }
            if (state == State.STOPPING) {
                return false;
            }
            acceptedUntilStop = isAccepting();
            state = State.STOPPING;
            return true;
        } finally {
            lock.unlock();
        }
    }
}
