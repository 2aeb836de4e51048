package dev.polyserve.run;

import dev.polyserve.coroutine.carrier.NonQueueingLock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Where a server is in its life, and which thread takes it further.
///
/// ```
///   BOUND ──claimStart──▶ STARTING ──endStart──▶ SERVING ⇄ setPaused
///     │ ▲──endStart, not served──┘ │                │
///     └────────claimStop───────────┴───claimStop────┴──▶ STOPPING
/// ```
///
/// The thread that has claimed the start starts the runner without the lock, because that may take a while. A stop that is asked
/// for meanwhile begins in that thread when the start has ended.
///
/// **Thread**: any.
final class Lifecycle {
    private enum State {
        BOUND, STARTING, SERVING, STOPPING
    }

    private final NonQueueingLock lock = new NonQueueingLock();
    private volatile State state = State.BOUND;
    private volatile boolean paused;
    private volatile boolean acceptedUntilStop;
    /// The last start. Guarded by `lock`.
    private Start start = Start.NONE;
    /// The deadline of a stop that is to begin when the start has ended. Guarded by `lock`.
    private Optional<Duration> stopAsked = Optional.empty();

    /// @param by the thread that starts the runner
    /// @param ended completed when that has ended, whether the runner runs or not
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

    /// Whether it accepted when its stop was claimed.
    boolean acceptedUntilStop() {
        return acceptedUntilStop;
    }

    /// Waits while another thread starts the server.
    ///
    /// @return whether this thread is to start it, and to call [#endStart] then; false when it serves or stops
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

    /// The start that this thread has claimed is over.
    ///
    /// @param serves whether it is to serve; it stays bound otherwise
    /// @param serve what is done then, before any stop; it does not wait
    /// @return the deadline of the stop that this thread is to begin now, if one was asked for
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
    /// @param change what is done then, before any other change; it does not wait
    /// @return whether that is a change
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

    /// Ends the time in which it serves, if no other call has.
    ///
    /// @param deadline of a stop that is to begin when a start has ended
    /// @return whether this thread is to begin the stop; false when it has begun, or begins when the start has ended
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
