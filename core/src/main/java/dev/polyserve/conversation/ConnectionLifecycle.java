package dev.polyserve.conversation;

import dev.polyserve.ConnectionFuture;
import dev.polyserve.coroutine.carrier.CarrierThread;
import dev.polyserve.coroutine.carrier.NonQueueingLock;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The state of a conversation, the thread of its handler, the callbacks for its end, and what few conversations need.
///
/// ```
///   QUEUED ──tryBegin──▶ RUNNING ──enterOver──▶ OVER
///      └────tryClaim──▶ CLAIMED ──enterOver──────▲
/// ```
///
/// It is the uppermost superclass of [Conversation], for the reason that [ByteCounters] states, and itself the lock of its
/// state.
///
/// **Thread**: any; changes are guarded by that lock, which event loops and coroutines take. Threads that wait for the end
/// park.
class ConnectionLifecycle extends NonQueueingLock {
    private static final VarHandle LAZY;
    // Not an enum: a reference would take four bytes of each connection.
    private static final byte QUEUED = 0;
    private static final byte CLAIMED = 1;
    private static final byte RUNNING = 2;
    private static final byte OVER = 3;

    static {
        try {
            LAZY = MethodHandles.lookup().findVarHandle(ConnectionLifecycle.class, "lazy", LazyState.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// Written under the lock, under which the field below is also read.
    private volatile byte state = QUEUED;
    private volatile @Nullable Thread owner;
    @SuppressWarnings("unused")
    private volatile @Nullable LazyState lazy;

    /// What few conversations need; null until this one does. **Thread**: any.
    final @Nullable LazyState knownState() {
        return lazy;
    }

    /// As [#knownState]; also makes it. **Thread**: any.
    final LazyState lazyState() {
        LazyState known = lazy;
        if (known == null) {
            LazyState made = new LazyState();
            known = (LazyState) LAZY.compareAndExchange(this, null, made);
            return known == null ? made : known;
        }
        return known;
    }

    /// Whether its handler has begun, and it is not over. **Thread**: any.
    public final boolean isRunning() {
        return state == RUNNING;
    }

    /// Whether it is over. **Thread**: any.
    public final boolean isDone() {
        return state == OVER;
    }

    /// Whether the thread runs its handler now. **Thread**: any.
    public boolean isOwnedBy(Thread thread) {
        return thread.equals(owner);
    }

    /// Claims the conversation before its handler begins, so that the handler never begins. The claimant completes it.
    ///
    /// @return false when the handler has begun, or the conversation was claimed before
    final boolean tryClaim() {
        return leaveQueue(CLAIMED, null);
    }

    private boolean leaveQueue(byte next, @Nullable Thread handlerThread) {
        lock();
        try {
            if (state != QUEUED) {
                return false;
            }
            state = next;
            owner = handlerThread;
            return true;
        } finally {
            unlock();
        }
    }

    /// Marks the handler as begun.
    ///
    /// @return false when it has begun, or the conversation was claimed, before
    final boolean tryBegin(@Nullable Thread handlerThread) {
        return leaveQueue(RUNNING, handlerThread);
    }

    /// Interrupts the handler while it runs, in any of its waits.
    final void interruptHandler() {
        lock();
        try {
            Thread running = owner;
            if (running != null) {
                running.interrupt();
            }
        } finally {
            unlock();
        }
    }

    /// Marks the handler's code as left for good: from now on its thread, which may serve another connection next, is
    /// not interrupted. A pending interrupt is cleared, so that it does not hit the last flush.
    final void leaveHandler() {
        lock();
        try {
            if (owner != null) {
                owner = null;
                Thread.interrupted();
            }
        } finally {
            unlock();
        }
    }

    /// Marks the conversation as over; calls no callback.
    ///
    /// @return the callbacks, in the order they were added
    final List<Consumer<? super ConnectionFuture>> enterOver() {
        lock();
        try {
            state = OVER;
            LazyState known = knownState();
            if (known == null) {
                return List.of();
            }
            List<Consumer<? super ConnectionFuture>> waiting = known.callbacks;
            known.callbacks = List.of();
            return waiting;
        } finally {
            unlock();
        }
    }

    /// Keeps a callback for the end.
    ///
    /// @return false when it is over already, so that the caller runs the callback
    final boolean keep(Consumer<? super ConnectionFuture> callback) {
        lock();
        try {
            if (state == OVER) {
                return false;
            }
            lazyState().callbacks.add(callback);
            return true;
        } finally {
            unlock();
        }
    }

    private void forget(Consumer<? super ConnectionFuture> callback) {
        lock();
        try {
            if (state != OVER) {
                lazyState().callbacks.remove(callback);
            }
        } finally {
            unlock();
        }
    }

    final void awaitOver(long atMostNanos) throws InterruptedException, TimeoutException {
        Thread waiting = Thread.currentThread();
        Consumer<ConnectionFuture> wakes = _ -> LockSupport.unpark(waiting);
        if (!keep(wakes)) {
            return;
        }
        try {
            parkUntilOver(atMostNanos);
        } finally {
            forget(wakes);
        }
    }

    private void parkUntilOver(long atMostNanos) throws InterruptedException, TimeoutException {
        long until = System.nanoTime() + atMostNanos;
        while (state != OVER) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while waiting for the end of " + this);
            }
            long left = until - System.nanoTime();
            if (left <= 0) {
                throw new TimeoutException(
                        this + " is not over after " + TimeUnit.NANOSECONDS.toMillis(atMostNanos) + " ms");
            }
            if (!CarrierThread.parkNanos(this, left)) {
                throw new IllegalStateException(CarrierThread.refusal("the end of " + this));
            }
        }
    }
}
