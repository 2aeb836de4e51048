package dev.polyserve.coroutine;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A platform thread that carries virtual threads ([Carrier]), and is not stopped by one of them that waits while it is pinned.
///
/// A native method or a class initialiser on its stack pins a virtual thread: it cannot leave its carrier, so the JDK parks the
/// carrier instead, with all else that runs there. [#park] and [#parkNanos] find that out and return at once:
///
/// ```
///   park ──unmounted──▶ the carrier runs others, counts mounts ──▶ mounted again: true
///     └──pinned──▶ the JDK parks the carrier, which has a permit: returns, no mount ──yield: no mount──▶ false
/// ```
///
/// *Permit*: the carrier holds the permit of [LockSupport] while it runs virtual threads. What it waits for itself, a contended lock
/// for instance, may use up the permit; a monitor thread renews it ([#renewPermit]), which also ends a park that began without.
///
/// **Thread**: [#beforeMount] its own; the static methods any.
public final class CarrierThread extends Thread {
    /// A wait that is none.
    static final long LEAST_NANOS = 1;

    /// Counts what it has run. Written by this thread alone, and read by virtual threads that it carries.
    private long mounts;

    /// @param daemon whether the program may end while it runs
    /// @param loop what it does: it runs virtual threads, each after [#beforeMount]
    public CarrierThread(String name, boolean daemon, Runnable loop) {
        super(withPermit(loop), name);
        setDaemon(daemon);
    }

    private static Runnable withPermit(Runnable loop) {
        return () -> {
            LockSupport.unpark(Thread.currentThread());
            loop.run();
        };
    }

    /// A virtual thread is going to be run, perhaps.
    public void beforeMount() {
        mounts++;
    }

    /// Gives it the permit again. **Thread**: any.
    public void renewPermit() {
        LockSupport.unpark(this);
    }

    /// Uses up the permit, for a loop that is going to wait by parking. **Thread**: its own.
    void takePermit() {
        LockSupport.parkNanos(this, LEAST_NANOS);
    }

    /// Parks the calling thread as [LockSupport#park(Object)] does, unless that would stop a carrier.
    ///
    /// @return false when the calling virtual thread is pinned to a thread of this class; it has not waited
    public static boolean park(Object blocker) {
        CarrierThread carrier = ofCaller();
        if (carrier == null) {
            LockSupport.park(blocker);
            return true;
        }
        long before = carrier.mounts;
        LockSupport.park(blocker);
        return carrier.mounts != before || canUnmount();
    }

    /// Parks the calling thread as [LockSupport#parkNanos(Object, long)] does, unless that would stop a carrier.
    ///
    /// @return as [#park]
    public static boolean parkNanos(Object blocker, long nanos) {
        CarrierThread carrier = ofCaller();
        if (carrier == null) {
            LockSupport.parkNanos(blocker, nanos);
            return true;
        }
        long before = carrier.mounts;
        LockSupport.parkNanos(blocker, nanos);
        return carrier.mounts != before || canUnmount();
    }

    /// Whether a wait of the calling thread stops no carrier. It lets others run where that is so.
    @SuppressWarnings("ThreadPriorityCheck") // it is exact where a loop is the scheduler
    public static boolean canUnmount() {
        CarrierThread carrier = ofCaller();
        if (carrier == null) {
            return true;
        }
        long before = carrier.mounts;
        Thread.yield();
        if (!carrier.equals(ofCaller()) || carrier.mounts != before) {
            return true;
        }
        carrier.renewPermit();
        return false;
    }

    /// What to tell a pinned thread that wanted to wait.
    ///
    /// @param wait what it would have waited for, as in "reading from 127.0.0.1:4711"
    public static String refusal(String wait) {
        return wait
                + " cannot wait here: a native method or the initialisation of a class is on the stack, so the wait would"
                + " stop the whole event loop; wait outside of it, or take a model with threads";
    }

    /// The carrier of the calling virtual thread, if it is one of these.
    private static @Nullable CarrierThread ofCaller() {
        return Thread.currentThread().isVirtual() && Carrier.current() instanceof CarrierThread carrier
                ? carrier
                : null;
    }
}
