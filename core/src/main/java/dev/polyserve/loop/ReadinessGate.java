package dev.polyserve.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The readiness of one direction of a connection, and the thread that is parked until then.
///
/// A waiting thread other than the loop's may check before the loop's update of `ready` is visible. It has then
/// requested arming, so the loop reports readiness again.
///
/// **Thread**: the owner waits; the loop opens and wakes.
final class ReadinessGate {
    private static final VarHandle READY;
    private static final VarHandle WAITER;
    private static final int OVERDUE = 1_000;

    static {
        try {
            READY = MethodHandles.lookup().findVarHandle(ReadinessGate.class, "ready", boolean.class);
            WAITER = MethodHandles.lookup().findVarHandle(ReadinessGate.class, "waiter", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused")
    private boolean ready;
    @SuppressWarnings("unused")
    private @Nullable Thread waiter;
    /// How often it was opened again before the waiting thread has come.
    private int opened;

    /// Marks the direction as ready and wakes the waiting thread. **Thread**: the loop's.
    ///
    /// @return whether a thread was waiting
    boolean open() {
        opened = (boolean) READY.getOpaque(this) ? opened + 1 : 0;
        READY.setOpaque(this, true);
        return wake();
    }

    /// Whether it was opened very often, and the waiting thread has not come. **Thread**: the loop's.
    boolean isOverdue() {
        return opened >= OVERDUE;
    }

    /// Makes the waiting thread check again. **Thread**: the loop's.
    boolean wake() {
        Thread waiting = (Thread) WAITER.getVolatile(this);
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
        return waiting != null;
    }

    boolean isReady() {
        return (boolean) READY.getVolatile(this);
    }

    /// Registers a waiting thread that runs on the loop's own thread.
    void expect(Thread waiting) {
        WAITER.setOpaque(this, waiting);
    }

    /// Registers a waiting thread that runs elsewhere. The loop sees the registration before that thread checks
    /// readiness.
    void expectFromElsewhere(Thread waiting) {
        WAITER.setVolatile(this, waiting);
    }

    /// Clears the waiting thread and the readiness, which may be consumed.
    void leave() {
        WAITER.setOpaque(this, null);
        READY.setOpaque(this, false);
    }
}
