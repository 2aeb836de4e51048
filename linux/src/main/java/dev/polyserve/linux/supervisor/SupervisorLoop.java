package dev.polyserve.linux.supervisor;

import dev.polyserve.WorkerInfo;
import dev.polyserve.Workers;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.loop.Multiplexer;
import dev.polyserve.run.LoopErrorHandler;
import dev.polyserve.run.WorkerTotals;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Runs a [WorkerPool] on the supervisor's event loop, from the start of its first worker to the end of its last one.
///
/// **Thread**: [#start] and [#stop] any; the rest, the supervisor's loop.
final class SupervisorLoop {
    private static final long ROLL_SECONDS = 1;
    private static final int MOST_EXTRA = 10_000;

    private final EventLoop loop;
    private final WorkerPool workerPool;
    private final WorkerCertificateReplacement certificates;
    private final ServerContext context;
    private final long bootNanos;
    private final CompletableFuture<@Nullable Void> firstServes = new CompletableFuture<>();
    private Consumer<? super IOException> whenLost = _ -> {};
    private volatile boolean begun;
    private volatile boolean stopped;
    /// The operator's change to the model's number of workers; negative for fewer.
    private volatile int extra;

    /// Creates a loop that is not started.
    ///
    /// @param multiplexer the loop's own
    /// @throws IOException when the command line of this program cannot be read
    SupervisorLoop(Multiplexer multiplexer, Workers limits, ScalingPolicy scaling, ServerContext context)
            throws IOException {
        this.loop = new EventLoop("polyserve-supervisor", multiplexer, context.clock(), false, false, 0,
                LoopErrorHandler.reportedTo(context.log()));
        this.context = context;
        this.bootNanos = ServerContext.nanos(limits.boot());
        this.workerPool = new WorkerPool(loop, WorkerProgram.of(limits), limits, scaling, context);
        this.certificates = new WorkerCertificateReplacement(loop, workerPool);
    }

    WorkerPool workerPool() {
        return workerPool;
    }

    WorkerCertificateReplacement certificates() {
        return certificates;
    }

    /// The supervisor's event loop. **Thread**: any.
    EventLoop loop() {
        return loop;
    }

    int extra() {
        return extra;
    }

    /// Adds workers to the model's number, or removes some. **Thread**: any.
    ///
    /// @param least the lower bound of the total change
    /// @return the total change, now
    synchronized int addWorkers(int more, int least) {
        extra = Math.clamp((long) extra + more, least, MOST_EXTRA);
        if (begun) {
            loop.post(workerPool::scale);
        }
        return extra;
    }

    /// Starts the loop and the workers, and waits until the first one serves.
    ///
    /// @throws IOException when no worker serves in time, or none ever will
    void start(Consumer<? super IOException> lost) throws IOException {
        whenLost = lost;
        begun = true;
        loop.start(lost);
        loop.post(workerPool::begin);
        try {
            firstServes.get(bootNanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new IOException("no worker process has served within " + TimeUnit.NANOSECONDS.toMillis(bootNanos)
                    + " ms; the log tells what became of those that were started, and what they said", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new IOException(cause == null ? "no reason" : cause.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the worker processes started", e);
        }
    }

    /// Information about each worker; empty when the loop does not answer or has not begun. **Thread**: any.
    List<WorkerInfo> roll() {
        if (Thread.currentThread().equals(loop.thread())) {
            return workerPool.roll();
        }
        if (!begun) {
            return List.of();
        }
        CompletableFuture<List<WorkerInfo>> roll = new CompletableFuture<>();
        loop.post(() -> roll.complete(workerPool.roll()));
        return roll.completeOnTimeout(List.of(), ROLL_SECONDS, TimeUnit.SECONDS).join();
    }

    /// What the workers count, at most a second old unless a worker does not answer. **Thread**: any.
    WorkerTotals counters() {
        if (begun && !stopped) {
            workerPool.figures().refresh();
        }
        return workerPool.counters();
    }

    /// Called when a worker serves.
    void ready() {
        loop.assertOwner();
        firstServes.complete(null);
    }

    /// Called when a worker could not start.
    ///
    /// @return whether the start of the server fails, for this or an earlier reason
    boolean startFailed(String why) {
        loop.assertOwner();
        return firstServes.completeExceptionally(new IOException(why)) || firstServes.isCompletedExceptionally();
    }

    /// Called when no worker will ever serve.
    void hopeless(String why) {
        loop.assertOwner();
        IOException reason = new IOException(why);
        if (!firstServes.completeExceptionally(reason)) {
            context.log().warn("the server stops: " + why, null);
            whenLost.accept(reason);
        }
    }

    /// Ends the workers and the loop.
    void stop() {
        stopped = true;
        if (begun) {
            workerPool.stop();
        }
        loop.close();
        loop.awaitEnd();
    }
}
