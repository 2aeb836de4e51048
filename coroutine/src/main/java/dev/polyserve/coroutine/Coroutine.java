package dev.polyserve.coroutine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A body in a virtual thread of its own, which runs only while whoever resumed it waits.
///
/// ```
///   new ──resume──▶ running ──pause──▶ paused ──resume──▶ running … ──end of the body──▶ done
/// ```
///
/// Where the JDK lets us lend threads and a platform thread resumes it first, the body runs **on the resumer's thread**: this
/// object is the virtual thread's scheduler, which keeps the one continuation in a slot; `resume` runs it, and `pause` is
/// `Thread.yield`, which puts it back. Elsewhere the two threads hand over: each unparks the other and parks.
///
/// A body may wait for something else, such as a socket; its resumer then waits as well. The interrupt status of both threads
/// survives; one that comes to the resumer within the few instructions of a switch may be lost, because the JDK clears the
/// status of a carrier when a virtual thread leaves it.
///
/// **Thread**: `resume` by one thread at a time, `pause` by the body's.
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
    /// What runs the body on, when its thread is lent and does not run; any thread may set it.
    @SuppressWarnings("unused") // by its handle
    private @Nullable Runnable continuation;
    private @Nullable Thread resumer;
    private boolean resumerInterrupted;
    private int resumes;
    private boolean pausing;
    private boolean done;
    /// Whose turn it is, when the two threads hand over.
    private volatile boolean bodysTurn;

    /// @param name its thread's
    Coroutine(String name) {
        this.name = name;
    }

    /// The body.
    abstract void body();

    /// Whether the body has come to its end.
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
            // It began on a platform thread, and only such a one can run it.
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

    /// Lets the resumer go on; returns when the next one resumes.
    final void pause() {
        if (lent) {
            pauseHere();
        } else {
            handBack();
        }
    }

    /// For its thread.
    @Override
    public final void run() {
        try {
            body();
        } finally {
            done = true;
            if (lent) {
                noteInterrupt();
            } else {
                bodysTurn = false;
                LockSupport.unpark(resumer);
            }
        }
    }

    // --- on the resumer's own thread ---

    /// Takes the continuation: the scheduler of the body's thread. **Thread**: any.
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
                // The body waits for something that is not us.
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

    @SuppressWarnings("ThreadPriorityCheck") // it is exact here: this object is the scheduler
    private void pauseHere() {
        noteInterrupt();
        int before = resumes;
        pausing = true;
        Thread.yield();
        if (resumes == before) {
            pausing = false;
            throw new IllegalStateException(
                    name + " cannot pause here: a native method or the initialisation of a class"
                            + " is on its stack, which the JDK cannot leave; pause outside of it");
        }
    }

    /// The status of the carrier is cleared when the body's thread leaves it, so it is noted just before.
    private void noteInterrupt() {
        Thread waiting = resumer;
        if (waiting != null && waiting.isInterrupted() && !Thread.currentThread().isInterrupted()) {
            resumerInterrupted = true;
        }
    }

    // --- hand over ---

    private void handOver(Thread current, Thread body) {
        resumer = current;
        bodysTurn = true;
        if (body.getState() == Thread.State.NEW) {
            body.start();
        } else {
            LockSupport.unpark(body);
        }
        boolean interrupted = false;
        while (bodysTurn) {
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
        bodysTurn = false;
        LockSupport.unpark(waiting);
        boolean interrupted = false;
        while (!bodysTurn) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Platform threads for bodies that began on one and are resumed by a virtual thread.
    private static final class Helpers {
        private static final ExecutorService THREADS = Executors
                .newCachedThreadPool(Thread.ofPlatform().daemon().name("polyserve-coroutine-", 1).factory());
    }
}
