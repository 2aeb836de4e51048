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

/// Ends a server in order: the listeners close, quiet connections see the end of their input, other connections
/// continue until the deadline, the rest are aborted, and the threads are released.
///
/// It runs on a thread of its own, so that a caller never waits for itself, even if it is a handler. A later call can
/// only bring the deadline forward.
///
/// Its thread waits in [LockSupport] only. Everything it may wait for unparks it: a connection that ends, the
/// listeners, an earlier deadline. So a thread that reports one of these, for example an event loop, never waits for a
/// lock.
///
/// **Thread**: any.
final class ServerShutdown {
    /// The time in which an aborted handler must unwind before its thread is given up.
    private static final long UNWIND_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /// The interval of the checks for connections that enter late.
    private static final long LATE_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LISTENERS_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final ServerContext context;
    private final LiveConnections live;
    private final Runnable release;
    private final CountDownLatch over = new CountDownLatch(1);
    private final long madeNanos = System.nanoTime();
    /// Relative to the creation of this object.
    private final AtomicLong deadlineNanos = new AtomicLong(Long.MAX_VALUE);
    private final CompletableFuture<@Nullable Void> listenersClosed = new CompletableFuture<>();
    private final Thread thread;
    private volatile long quietNanos;
    private volatile long beganNanos;
    private volatile long endedBefore;
    private volatile DrainReport report = new DrainReport(0, 0, Duration.ZERO);

    ServerShutdown(ServerContext context, LiveConnections live, Runnable release) {
        this.context = context;
        this.live = live;
        this.release = release;
        this.thread = Thread.ofPlatform().name("polyserve-stop").daemon(false).unstarted(this::run);
    }

    /// Begins the shutdown. Called once.
    void begin(Duration deadline) {
        beganNanos = nanos();
        notLaterThan(deadline);
        quietNanos = ServerContext.limitNanos(context.options().timeouts().drainQuiet());
        endedBefore = live.ended();
        live.tellsOfChanges(thread);
        thread.start();
    }

    /// Signals that the listeners are closed, or no longer accept new clients.
    void listenersClosed() {
        listenersClosed.complete(null);
        LockSupport.unpark(thread);
    }

    /// Ends a shutdown that has nothing to end.
    void nothingToDo() {
        over.countDown();
    }

    /// Brings the deadline forward. A call before [#begin] takes effect, too: beginning does not postpone it again.
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

    /// Whether this is the shutdown thread, which also runs the callbacks of connections that never began.
    boolean runsOn(Thread asking) {
        return asking.equals(thread);
    }

    boolean isOver() {
        return over.getCount() == 0;
    }

    void awaitOver() throws InterruptedException {
        over.await();
    }

    /// Waits in spite of interrupts, and restores the interrupt status afterwards. The wait ends by its deadline, and
    /// an incomplete stop would leave the port in use.
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

    /// Waits for the listeners to close. No deadline shortens this wait, so the ports are free at the end unless the
    /// accept loop is stuck.
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

    /// Waits for the connections to end by themselves, and ends the input of those that are quiet.
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

    /// Waits for aborted connections to unwind, and aborts those that were accepted before the listeners closed and
    /// enter only now. An earlier deadline does not shorten this wait, which is short anyway.
    ///
    /// @return the number of connections that entered late
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
        // A listener or a callback may have set the status, which would end every later wait at once.
        Thread.interrupted();
    }
}
