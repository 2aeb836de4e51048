package dev.polyserve.linux.worker;

import dev.polyserve.WorkerInfo;
import dev.polyserve.Workers;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.loop.Multiplexer;
import dev.polyserve.run.LoopErrors;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A crew's life with its server: from the first worker that serves to the last one that ends.
///
/// **Thread**: [#start] and [#stop] any; the rest, the supervisor's loop.
final class SupervisorLoop {
    private static final long ROLL_SECONDS = 1;
    private static final int MOST_EXTRA = 10_000;

    private final EventLoop loop;
    private final WorkerPool workerPool;
    private final ServerContext context;
    private final long bootNanos;
    private final CompletableFuture<@Nullable Void> firstServes = new CompletableFuture<>();
    private Consumer<? super IOException> whenLost = _ -> {};
    private volatile boolean begun;
    /// Workers more, or fewer, than the model says, as an operator has asked.
    private volatile int extra;

    /// One that has not begun.
    ///
    /// @param multiplexer the loop's own
    /// @throws IOException when this program's own command line cannot be read
    SupervisorLoop(Multiplexer multiplexer, Workers limits, ScalingPolicy scaling, ServerContext context)
            throws IOException {
        this.loop = new EventLoop("polyserve-supervisor", multiplexer, context.clock(), false, false, 0,
                LoopErrors.reportedTo(context.log()));
        this.context = context;
        this.bootNanos = ServerContext.nanos(limits.boot());
        this.workerPool = new WorkerPool(loop, WorkerProgram.of(limits), limits, scaling, context);
    }

    WorkerPool workerPool() {
        return workerPool;
    }

    /// The supervisor's. **Thread**: any.
    EventLoop loop() {
        return loop;
    }

    int extra() {
        return extra;
    }

    /// Adds workers to what the model says, or takes some away. **Thread**: any.
    ///
    /// @param least below which number the change as a whole does not go
    /// @return the change as a whole, now
    synchronized int addWorkers(int more, int least) {
        extra = Math.clamp((long) extra + more, least, MOST_EXTRA);
        if (begun) {
            loop.post(workerPool::scale);
        }
        return extra;
    }

    /// Starts the loop and the workers, and waits until the first one serves.
    ///
    /// @throws IOException when none does in time, or none ever will
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

    /// What is to be known about each worker; nothing where the loop does not answer, or has not begun. **Thread**: any.
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

    /// A worker serves.
    void ready() {
        firstServes.complete(null);
    }

    /// No worker will ever serve.
    void hopeless(String why) {
        IOException reason = new IOException(why);
        if (!firstServes.completeExceptionally(reason)) {
            context.log().warn("the server stops: " + why, null);
            whenLost.accept(reason);
        }
    }

    /// Ends the workers and the loop.
    void stop() {
        if (begun) {
            workerPool.stop();
        }
        loop.close();
        loop.awaitEnd();
    }
}
