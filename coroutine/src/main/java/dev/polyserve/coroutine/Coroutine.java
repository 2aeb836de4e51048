package dev.polyserve.coroutine;

import dev.polyserve.coroutine.carrier.Carrier;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A body in a virtual thread of its own that runs only while the thread that resumed it waits.
///
/// ```
///   new ──resume──▶ running ──pause──▶ paused ──resume──▶ running … ──end of the body──▶ done
/// ```
///
/// *Lent thread*: when threads can be lent and the first resumer is a platform thread, the body runs on the resumer's
/// thread. This object is then the scheduler of the virtual thread and keeps its one continuation in a field. `resume`
/// runs the continuation; `pause` is `Thread.yield`, which puts it back.
///
/// *Hand-over*: otherwise each of the two threads unparks the other and parks.
///
/// A body may wait for another event, such as a socket; its resumer then waits as well. The interrupt status of both
/// threads is kept. An interrupt that reaches the resumer within the few instructions of a switch may be lost, because
/// the JDK clears the status of a carrier when a virtual thread leaves it.
///
/// **Thread**: one at a time for `resume`; the body's for `pause`.
abstract class Coroutine implements Executor, Runnable {
    private static final VarHandle CONTINUATION;

    static {
        try {
            CONTINUATION = MethodHandles.lookup().findVarHandle(Coroutine.class, "continuation", Runnable.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String name;
    private @Nullable Thread thread;
    private boolean lent;
    /// The continuation of the body while it does not run, on a lent thread. Any thread may set it.
    @SuppressWarnings("unused") // accessed by CONTINUATION
    private @Nullable Runnable continuation;
    private @Nullable Thread resumer;
    private boolean resumerInterrupted;
    private int resumes;
    private boolean pausing;
    private boolean done;
    /// Whether the body has its turn; used by the hand-over only.
    private volatile boolean bodyHasTurn;

    /// @param name the name of the body's thread
    Coroutine(String name) {
        this.name = name;
    }

    /// The body; called once.
    abstract void body();

    /// Whether the body has ended.
    final boolean isDone() {
        return done;
    }

    /// Whether the calling thread is the body's.
    final boolean isCurrent() {
        return Thread.currentThread().equals(thread);
    }

    /// Runs the body until it pauses or ends.
    final void resume() {
        Thread current = Thread.currentThread();
        Thread body = thread;
        if (body == null) {
            body = newThread(current);
            thread = body;
        }
        if (!lent) {
            handOver(current, body);
        } else if (current.isVirtual()) {
            // Only a platform thread can run a continuation that began on one.
            CompletableFuture.runAsync(() -> runHere(Thread.currentThread()), Helpers.THREADS).join();
        } else {
            runHere(current);
        }
    }

    private Thread newThread(Thread current) {
        lent = !current.isVirtual() && Carrier.whyNot().isEmpty();
        Thread.Builder.OfVirtual threads = lent ? Carrier.threadsOn(this) : Thread.ofVirtual();
        return threads.name(name).unstarted(this);
    }

    /// Returns control to the resumer; returns at the next [#resume].
    final void pause() {
        if (lent) {
            pauseHere();
        } else {
            handBack();
        }
    }

    /// The body of the virtual thread.
    @Override
    public final void run() {
        try {
            body();
        } finally {
            done = true;
            if (lent) {
                saveInterrupt();
            } else {
                bodyHasTurn = false;
                LockSupport.unpark(resumer);
            }
        }
    }

    // --- on the resumer's own thread ---

    /// Stores the continuation; called by the JDK as the scheduler of the body's thread. **Thread**: any.
    @Override
    public final void execute(Runnable runnable) {
        CONTINUATION.setRelease(this, runnable);
        Thread waiting = resumer;
        if (waiting != null && !waiting.equals(Thread.currentThread())) {
            LockSupport.unpark(waiting);
        }
    }

    private void runHere(Thread current) {
        resumerInterrupted = current.isInterrupted();
        resumer = current;
        resumes++;
        pausing = false;
        if (resumes == 1) {
            start();
        }
        do {
            Runnable next = (Runnable) CONTINUATION.getAcquire(this);
            if (next == null) {
                // The body waits for an event other than a resume.
                LockSupport.park(this);
                resumerInterrupted |= Thread.interrupted();
                continue;
            }
            CONTINUATION.set(this, null);
            next.run();
        } while (!pausing && !done);
        resumer = null;
        if (resumerInterrupted) {
            current.interrupt();
        }
    }

    private void start() {
        Thread body = thread;
        if (body != null) {
            body.start();
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // exact here: this object is the scheduler
    private void pauseHere() {
        saveInterrupt();
        int before = resumes;
        pausing = true;
        Thread.yield();
        if (resumes == before) {
            pausing = false;
            throw new IllegalStateException(
                    name + " cannot pause here: a native method or a class initialiser is on its"
                            + " stack, which pins the thread; pause outside of it");
        }
    }

    /// Saves the interrupt status of the carrier, which the JDK clears when the body's thread leaves it.
    private void saveInterrupt() {
        Thread waiting = resumer;
        if (waiting != null && waiting.isInterrupted() && !Thread.currentThread().isInterrupted()) {
            resumerInterrupted = true;
        }
    }

    // --- hand-over between two threads ---

    private void handOver(Thread current, Thread body) {
        resumer = current;
        bodyHasTurn = true;
        if (body.getState() == Thread.State.NEW) {
            body.start();
        } else {
            LockSupport.unpark(body);
        }
        boolean interrupted = false;
        while (bodyHasTurn) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        resumer = null;
        if (interrupted) {
            current.interrupt();
        }
    }

    private void handBack() {
        Thread waiting = resumer;
        bodyHasTurn = false;
        LockSupport.unpark(waiting);
        boolean interrupted = false;
        while (!bodyHasTurn) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Platform threads that run continuations for virtual threads that resume.
    private static final class Helpers {
        private static final ExecutorService THREADS = Executors
                .newCachedThreadPool(Thread.ofPlatform().daemon().name("polyserve-coroutine-", 1).factory());
    }
}
