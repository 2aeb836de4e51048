package dev.polyserve.run;

import dev.polyserve.RequestResult;
import dev.polyserve.loop.EventLoop;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/// Implements `handleRequest`: the accept loop may accept one connection or datagram, and reports the result.
///
/// **Thread**: any; concurrent calls run one after another.
final class SingleRequest {
    /// How long worker processes may take to acknowledge that nothing is to be accepted any more.
    private static final long ACKNOWLEDGE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Runner runner;
    private final EventLoop acceptLoop;
    private final AdmissionController connectionStarter;
    private final AcceptGate acceptLimit;
    private final Runnable arm;
    private final ReentrantLock turn = new ReentrantLock();

    /// @param arm makes the acceptors apply the accept policy, on the accept loop
    SingleRequest(Runner runner, AdmissionController connectionStarter, AcceptGate acceptLimit, Runnable arm) {
        this.runner = runner;
        this.acceptLoop = runner.loops().getFirst();
        this.connectionStarter = connectionStarter;
        this.acceptLimit = acceptLimit;
        this.arm = arm;
    }

    /// Checks that the server may handle a request, and that its runner runs.
    @FunctionalInterface
    interface Begin {
        void run() throws IOException;
    }

    RequestResult handle(long atMostNanos, Begin begin) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + atMostNanos;
        begin.run();
        if (!turn.tryLock(atMostNanos, TimeUnit.NANOSECONDS)) {
            return RequestResult.TIMED_OUT;
        }
        try {
            // Once more: the server may have been started while another call was in progress.
            begin.run();
            return handleOne(deadline);
        } finally {
            turn.unlock();
        }
    }

    private RequestResult handleOne(long deadline) throws InterruptedException {
        CompletableFuture<RequestResult> one = new CompletableFuture<>();
        acceptLoop.post(() -> {
            connectionStarter.awaitOne(one);
            acceptLimit.one();
            arm.run();
        });
        try {
            return one.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            var _ = withdraw();
            throw e;
        } catch (TimeoutException e) {
            return takenAtTheLastMoment(one);
        } catch (ExecutionException e) {
            throw new IllegalStateException("handleRequest failed", e.getCause());
        }
    }

    /// Withdraws the request after a timeout. A request that was accepted just before is still served, and is reported
    /// as such.
    private RequestResult takenAtTheLastMoment(CompletableFuture<RequestResult> one) throws InterruptedException {
        CompletableFuture<Boolean> taken = withdraw();
        try {
            return taken.get() && !one.isDone() ? RequestResult.SERVED : one.getNow(RequestResult.TIMED_OUT);
        } catch (ExecutionException e) {
            throw new IllegalStateException("handleRequest failed", e.getCause());
        }
    }

    /// @return whether the permission was used before
    private CompletableFuture<Boolean> withdraw() {
        CompletableFuture<Boolean> taken = new CompletableFuture<>();
        acceptLoop.post(() -> {
            boolean used = !acceptLimit.any();
            acceptLimit.notOne();
            arm.run();
            runner.workerControl().whenAcknowledged(() -> taken.complete(used));
            acceptLoop.schedule(ACKNOWLEDGE_NANOS, () -> taken.complete(used));
        });
        return taken;
    }
}
