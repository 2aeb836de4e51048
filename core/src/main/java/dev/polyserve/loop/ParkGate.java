package dev.polyserve.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One direction of a connection: whether it is ready, and who waits for that.
///
/// A waiter elsewhere may look before the loop's mark has reached it; then the loop, whom it has asked to arm, tells again.
///
/// **Thread**: the owner waits; the loop opens and wakes.
final class ParkGate {
    private static final VarHandle READY;
    private static final VarHandle WAITER;

    static {
        try {
            READY = MethodHandles.lookup().findVarHandle(ParkGate.class, "ready", boolean.class);
            WAITER = MethodHandles.lookup().findVarHandle(ParkGate.class, "waiter", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused")
    private boolean ready;
    @SuppressWarnings("unused")
    private @Nullable Thread waiter;

    /// It is ready. **Thread**: the loop's.
    ///
    /// @return whether somebody waits
    boolean open() {
        READY.setOpaque(this, true);
        return wake();
    }

    /// Lets the waiter look again. **Thread**: the loop's.
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

    /// Somebody is going to wait, on the loop's own thread.
    void expect(Thread waiting) {
        WAITER.setOpaque(this, waiting);
    }

    /// Somebody is going to wait: before it looks whether it has to, the loop sees it.
    void expectFromElsewhere(Thread waiting) {
        WAITER.setVolatile(this, waiting);
    }

    /// Nobody waits any more, and what was ready may be used up.
    void leave() {
        WAITER.setOpaque(this, null);
        READY.setOpaque(this, false);
    }
}
