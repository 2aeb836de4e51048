package dev.polyserve.run;

import dev.polyserve.DrainReport;
import dev.polyserve.conversation.ServerContext;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// How a server ends: listeners closed, quiet connections shown the end of their input, the rest let go on until the deadline,
/// then aborted, then the threads released.
///
/// It runs on a thread of its own, so that whoever asks for it, a handler too, never waits for itself; a later call can
/// only bring the deadline nearer.
///
/// Its thread waits in [LockSupport] alone, and is woken by all that it may wait for: a connection that ends, the listeners, a
/// deadline that has come nearer. So a thread that reports one of these never waits for a lock; event loops are among them.
///
/// **Thread**: any.
final class Shutdown {
    /// What an aborted handler has to unwind before its thread is given up.
    private static final long UNWIND_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /// How often it is looked whether more connections have come in.
    private static final long LATE_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LISTENERS_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final ServerContext context;
    private final LiveConnections live;
    private final Runnable release;
    private final CountDownLatch over = new CountDownLatch(1);
    private final long madeNanos = System.nanoTime();
    /// Counted from when this was made.
    private final AtomicLong deadlineNanos = new AtomicLong(Long.MAX_VALUE);
    private final CompletableFuture<@Nullable Void> listenersClosed = new CompletableFuture<>();
    private final Thread thread;
    private volatile long quietNanos;
    private volatile long beganNanos;
    private volatile long endedBefore;
    private volatile DrainReport report = new DrainReport(0, 0, Duration.ZERO);

    Shutdown(ServerContext context, LiveConnections live, Runnable release) {
        this.context = context;
        this.live = live;
        this.release = release;
        this.thread = Thread.ofPlatform().name("polyserve-stop").daemon(false).unstarted(this::run);
    }

    /// Begins. Called once.
    void begin(Duration deadline) {
        beganNanos = nanos();
        notLaterThan(deadline);
        quietNanos = ServerContext.limitNanos(context.options().timeouts().drainQuiet());
        endedBefore = live.ended();
        live.tellsOfChanges(thread);
        thread.start();
    }

    /// The listeners are closed, or closed to new clients.
    void listenersClosed() {
        listenersClosed.complete(null);
        LockSupport.unpark(thread);
    }

    /// There was never anything to end.
    void nothingToDo() {
        over.countDown();
    }

    /// Brings the deadline nearer; also before it begins, which then does not put it off again.
    void notLaterThan(Duration deadline) {
        long wanted = nanos() + ServerContext.nanos(deadline);
        long before;
        do {
            before = deadlineNanos.get();
        } while (wanted < before && !deadlineNanos.compareAndSet(before, wanted));
        LockSupport.unpark(thread);
    }

    private long nanos() {
        return System.nanoTime() - madeNanos;
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

    private void run() {
        try {
            awaitListeners();
            letFinish();
            int aborted = live.abortAll();
            aborted += abortUntilUnwound();
            report = new DrainReport(live.entered() - endedBefore - aborted, aborted,
                    Duration.ofNanos(nanos() - beganNanos));
        } finally {
            try {
                release.run();
            } finally {
                over.countDown();
            }
        }
    }

    /// No deadline cuts this short: the ports are free when all is over, unless the accept loop is stuck.
    private void awaitListeners() {
        long until = beganNanos + LISTENERS_NANOS;
        while (!listenersClosed.isDone()) {
            long left = until - nanos();
            if (left <= 0) {
                context.log().warn("the accept loop does not answer, so its listeners are closed late", null);
                return;
            }
            park(left);
        }
    }

    /// Waits for the connections to end by themselves, ending the input of those that are quiet.
    private void letFinish() {
        long check = LiveConnections.quietCheckNanos(quietNanos);
        long nextCheck = beganNanos + quietNanos;
        while (!live.isNone()) {
            long now = nanos();
            if (now >= deadlineNanos.get()) {
                return;
            }
            if (now >= nextCheck) {
                live.endQuiet(quietNanos);
                nextCheck = now + check;
            }
            park(Math.min(deadlineNanos.get(), nextCheck) - now);
        }
    }

    /// Waits for those that were ended, and ends those that were accepted before the listeners closed and come in only now. A
    /// deadline that comes nearer does not cut this short: it is short enough.
    ///
    /// @return how many came in so late
    private int abortUntilUnwound() {
        int late = 0;
        long until = nanos() + UNWIND_NANOS;
        for (long left; !live.isNone() && (left = until - nanos()) > 0;) {
            park(Math.min(left, LATE_LOOK_NANOS));
            late += live.abortLate();
        }
        return late;
    }

    private void park(long nanos) {
        LockSupport.parkNanos(this, nanos);
        // A listener or a callback may have set it; a set flag would end every later wait at once.
        Thread.interrupted();
    }
}
