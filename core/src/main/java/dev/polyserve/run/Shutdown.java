package dev.polyserve.run;

import dev.polyserve.DrainReport;
import dev.polyserve.conversation.ServerContext;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// How a server ends: listeners closed, quiet connections shown the end of their input, the rest let go on until the deadline,
/// then aborted, then the threads released.
///
/// It runs on a thread of its own, so that whoever asks for it, a handler too, never waits for itself; a later call can
/// only bring the deadline nearer.
///
/// **Thread**: any; `this` guards the deadline.
final class Shutdown {
    /// What an aborted handler has to unwind before its thread is given up.
    private static final long UNWIND_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long LISTENERS_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final ServerContext context;
    private final LiveConnections live;
    private final Runnable release;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile long quietNanos;
    private long beganNanos;
    private long deadlineNanos;
    private boolean deadlineSet;
    private volatile long liveAtStart;
    private volatile DrainReport report = new DrainReport(0, 0, Duration.ZERO);
    private volatile @Nullable Thread thread;

    Shutdown(ServerContext context, LiveConnections live, Runnable release) {
        this.context = context;
        this.live = live;
        this.release = release;
    }

    /// Begins. Called once.
    void begin(Duration deadline, CompletableFuture<@Nullable Void> listenersClosed) {
        synchronized (this) {
            beganNanos = System.nanoTime();
        }
        nearer(deadline);
        quietNanos = ServerContext.limitNanos(context.options().timeouts().drainQuiet());
        liveAtStart = live.size();
        thread = Thread.ofPlatform().name("polyserve-stop").start(() -> run(listenersClosed));
    }

    /// There was never anything to end.
    void nothingToDo() {
        over.countDown();
    }

    /// Brings the deadline nearer.
    void notLaterThan(Duration deadline) {
        nearer(deadline);
        Thread stopping = thread;
        if (stopping != null) {
            // Wakes it out of the wait for connections, to look at the new deadline.
            stopping.interrupt();
        }
    }

    /// Also before it began: then that does not put it off again.
    private synchronized void nearer(Duration deadline) {
        long until = System.nanoTime() + ServerContext.nanos(deadline);
        if (!deadlineSet || until - deadlineNanos < 0) {
            deadlineNanos = until;
            deadlineSet = true;
        }
    }

    /// Whether it is the thread that ends everything, on which callbacks of connections that never began run.
    boolean runsOn(Thread asking) {
        return asking.equals(thread);
    }

    boolean isOver() {
        return over.getCount() == 0;
    }

    void awaitOver() throws InterruptedException {
        over.await();
    }

    /// Waits through interrupts, and passes them on: it ends by its deadline, and half a stop would leave the port taken.
    void awaitOverWhateverInterrupts() {
        boolean interrupted = false;
        while (true) {
            try {
                over.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    boolean awaitOver(Duration atMost) throws InterruptedException {
        return over.await(ServerContext.nanos(atMost), TimeUnit.NANOSECONDS);
    }

    DrainReport awaitReport() throws InterruptedException {
        over.await();
        return report;
    }

    DrainReport reportSoFar() {
        return report;
    }

    private void run(CompletableFuture<@Nullable Void> listenersClosed) {
        try {
            awaitListeners(listenersClosed);
            letFinish();
            int aborted = live.abortAll();
            if (aborted > 0) {
                awaitUnwound();
            }
            report = new DrainReport(Math.max(0, liveAtStart - aborted), aborted,
                    Duration.ofNanos(System.nanoTime() - beganNanos()));
        } finally {
            release.run();
            over.countDown();
        }
    }

    private void awaitListeners(CompletableFuture<@Nullable Void> closed) {
        try {
            closed.get(LISTENERS_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            // The deadline came nearer, which the next step looks at.
            return;
        } catch (ExecutionException | TimeoutException e) {
            context.log().warn("the accept loop does not answer, so its listeners are closed late", e);
        }
    }

    /// Waits for the connections to end by themselves, ending the input of those that are quiet.
    private void letFinish() {
        long check = LiveConnections.quietCheckNanos(quietNanos);
        for (long left; (left = leftNanos()) > 0;) {
            long sinceBegan = System.nanoTime() - beganNanos();
            if (sinceBegan >= quietNanos) {
                live.endQuiet(quietNanos);
            }
            long untilQuiet = sinceBegan < quietNanos ? quietNanos - sinceBegan : check;
            if (awaitNone(Math.min(left, untilQuiet))) {
                return;
            }
        }
    }

    /// A deadline that comes nearer does not cut this short: it is short enough.
    private void awaitUnwound() {
        long until = System.nanoTime() + UNWIND_NANOS;
        for (long left; (left = until - System.nanoTime()) > 0;) {
            if (awaitNone(left)) {
                return;
            }
        }
    }

    private boolean awaitNone(long nanos) {
        try {
            return live.awaitNone(nanos);
        } catch (InterruptedException e) {
            // The deadline came nearer: the caller looks at it again.
            return false;
        }
    }

    private synchronized long leftNanos() {
        return deadlineNanos - System.nanoTime();
    }

    private synchronized long beganNanos() {
        return beganNanos;
    }
}
