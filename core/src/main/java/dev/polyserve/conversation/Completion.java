package dev.polyserve.conversation;

import dev.polyserve.ConnectionFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// How far a conversation is, who runs its handler, and who wants to know of its end.
///
/// ```
///   QUEUED ──begin──▶ RUNNING ──complete──▶ OVER
///      └─────claim──▶ CLAIMED ──complete──────▲
/// ```
///
/// **Thread**: any; changes are guarded by `this`. Questions about the state take no lock, because an event loop asks them
/// while a coroutine of it may wait for that lock.
final class Completion {
    private enum State {
        QUEUED, CLAIMED, RUNNING, OVER
    }

    private volatile State state = State.QUEUED;
    private @Nullable Thread owner;
    private @Nullable List<Consumer<? super ConnectionFuture>> callbacks;

    boolean isRunning() {
        return state == State.RUNNING;
    }

    boolean isOver() {
        return state == State.OVER;
    }

    synchronized boolean isOwnedBy(Thread thread) {
        return thread.equals(owner);
    }

    /// Takes it before the handler begins, which it then never does: who claims it completes it.
    ///
    /// @return false when it has begun, or was claimed before
    synchronized boolean claim() {
        if (state != State.QUEUED) {
            return false;
        }
        state = State.CLAIMED;
        return true;
    }

    /// The handler begins.
    ///
    /// @return false when it was begun or claimed before
    synchronized boolean begin(@Nullable Thread handlerThread) {
        if (state != State.QUEUED) {
            return false;
        }
        state = State.RUNNING;
        owner = handlerThread;
        return true;
    }

    /// Interrupts the handler, wherever it waits, while it runs.
    synchronized void interruptHandler() {
        if (owner != null) {
            owner.interrupt();
        }
    }

    /// The handler's code is left for good: from here on no interrupt is meant for its thread, which may serve another
    /// connection next; one that came is taken back, for it must not hit the last flush either.
    synchronized void leaveHandler() {
        if (owner != null) {
            owner = null;
            Thread.interrupted();
        }
    }

    /// It is over: calls nobody yet.
    ///
    /// @return who wanted to know, in the order they asked
    synchronized List<Consumer<? super ConnectionFuture>> complete() {
        state = State.OVER;
        List<Consumer<? super ConnectionFuture>> waiting = callbacks == null ? List.of() : callbacks;
        callbacks = null;
        notifyAll();
        return waiting;
    }

    /// Keeps a callback for the end.
    ///
    /// @return false when it is over already, so that the caller calls
    synchronized boolean keep(Consumer<? super ConnectionFuture> callback) {
        if (state == State.OVER) {
            return false;
        }
        if (callbacks == null) {
            callbacks = new ArrayList<>(1);
        }
        callbacks.add(callback);
        return true;
    }

    synchronized void await(Conversation whose, long atMostNanos) throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + atMostNanos;
        while (state != State.OVER) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new TimeoutException(
                        whose + " is not over after " + TimeUnit.NANOSECONDS.toMillis(atMostNanos) + " ms");
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }
}
