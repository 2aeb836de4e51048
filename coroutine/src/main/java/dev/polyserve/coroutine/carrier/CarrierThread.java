package dev.polyserve.coroutine.carrier;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A platform thread that carries virtual threads ([Carrier]); a pinned virtual thread that parks does not block it.
///
/// A native method or a class initialiser on its stack pins a virtual thread to its carrier. When it parks, the JDK
/// parks the carrier, and with it all virtual threads that run there. [#park] and [#parkNanos] detect that and return
/// at once:
///
/// ```
///   park ──unmounted──▶ the carrier runs others, counts mounts ──▶ mounted again: true
///     └──pinned──▶ the JDK parks the carrier, which has a permit: returns, no mount ──yield: no mount──▶ false
/// ```
///
/// A carrier that can give its work to another thread may let a pinned virtual thread block it ([#mayBlock]).
///
/// *Permit*: the carrier holds the permit of [LockSupport] while it runs virtual threads, so that a park of the carrier
/// returns at once. A wait of the carrier itself, such as a contended lock, may take the permit. A monitor thread
/// renews it ([#renewPermit]), which also ends a park that began without the permit.
///
/// **Thread**: its own for [#beforeMount] and [#takePermit]; any for the other methods.
public class CarrierThread extends Thread {
    /// The shortest timed park: it returns at once and takes the permit.
    private static final long TAKES_PERMIT_NANOS = 1;

    /// The number of continuations run. Only this thread writes it; the virtual threads that it carries read it.
    private long mounts;

    /// @param daemon whether the program may exit while the thread runs
    /// @param loop the body: runs continuations of virtual threads, and calls [#beforeMount] before each
    @SuppressWarnings("this-escape") // to the JDK only
    public CarrierThread(String name, boolean daemon, Runnable loop) {
        super(withPermit(loop), name);
        setDaemon(daemon);
    }

    /// For a class that overrides [#run], which calls [#renewPermit] first.
    @SuppressWarnings("this-escape") // to the JDK only
    protected CarrierThread(String name, boolean daemon) {
        super(name);
        setDaemon(daemon);
    }

    private static Runnable withPermit(Runnable loop) {
        return () -> {
            LockSupport.unpark(Thread.currentThread());
            loop.run();
        };
    }

    /// Counts a mount; called before each step that may run a virtual thread. **Thread**: its own.
    public void beforeMount() {
        mounts++;
    }

    /// Renews the permit. **Thread**: any.
    public void renewPermit() {
        LockSupport.unpark(this);
    }

    /// Takes the permit, so that the loop can wait by parking. **Thread**: its own.
    public void takePermit() {
        LockSupport.parkNanos(this, TAKES_PERMIT_NANOS);
    }

    /// Whether a virtual thread that is pinned to this carrier may block it, because nothing else waits for the carrier,
    /// or no longer does after this call. **Thread**: the pinned one.
    protected boolean mayBlock() {
        return false;
    }

    /// Parks the calling thread as [LockSupport#park(Object)] does, unless that would block a carrier.
    ///
    /// @return false when the caller is pinned to a thread of this class that it may not block; then it has not waited
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

    /// Parks the calling thread as [LockSupport#parkNanos(Object, long)] does, unless that would block a carrier.
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

    /// Whether the calling thread can wait without blocking what else its carrier runs. If so, other virtual threads
    /// run meanwhile.
    @SuppressWarnings("ThreadPriorityCheck") // exact where a loop is the scheduler
    public static boolean canUnmount() {
        CarrierThread carrier = ofCaller();
        if (carrier == null) {
            return true;
        }
        long before = carrier.mounts;
        try {
            Thread.yield();
        } catch (OutOfMemoryError e) {
            carrier.renewPermit();
            throw e;
        }
        if (!carrier.equals(ofCaller()) || carrier.mounts != before) {
            return true;
        }
        if (carrier.mayBlock()) {
            return true;
        }
        carrier.renewPermit();
        return false;
    }

    /// The message of the exception for a pinned thread that tries to wait.
    ///
    /// @param wait the subject of the sentence, such as "reading from 127.0.0.1:4711"
    public static String refusal(String wait) {
        return wait
                + " cannot wait here: a native method or a class initialiser is on the stack, so the wait would block"
                + " the whole event loop; wait outside of it, or use a model with threads";
    }

    /// Whether the caller runs on this thread: it is this thread, or a virtual thread that this one carries now. **Thread**: any.
    public boolean runsCaller() {
        return equals(Thread.currentThread()) || equals(ofCaller());
    }

    /// The carrier of the calling virtual thread; null when it is not of this class. It changes when the caller waits.
    /// **Thread**: any.
    public static @Nullable CarrierThread ofCaller() {
        return Thread.currentThread().isVirtual() && Carrier.current() instanceof CarrierThread carrier
                ? carrier
                : null;
    }
}
