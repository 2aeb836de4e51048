package dev.polyserve.run;

import dev.polyserve.Served;
import dev.polyserve.loop.EventLoop;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/// `handleRequest`: the accept loop is allowed one connection or datagram, and says what became of it.
///
/// **Thread**: any; one call at a time, the others wait for their turn.
final class SingleRequest {
    /// How long what accepts elsewhere may take to say that it has heard that nobody is to be taken any more.
    private static final long HEED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Runner runner;
    private final EventLoop acceptLoop;
    private final ConnectionStarter connectionStarter;
    private final AcceptPolicy acceptPolicy;
    private final Runnable arm;
    private final ReentrantLock turn = new ReentrantLock();

    /// @param arm lets the acceptors look at the allowance, on the accept loop
    SingleRequest(Runner runner, ConnectionStarter connectionStarter, AcceptPolicy acceptPolicy, Runnable arm) {
        this.runner = runner;
        this.acceptLoop = runner.acceptLoop();
        this.connectionStarter = connectionStarter;
        this.acceptPolicy = acceptPolicy;
        this.arm = arm;
    }

    /// Makes sure that the server may be asked and runs.
    @FunctionalInterface
    interface Begin {
        void run() throws IOException;
    }

    Served handle(long atMostNanos, Begin begin) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + atMostNanos;
        begin.run();
        if (!turn.tryLock(atMostNanos, TimeUnit.NANOSECONDS)) {
            return Served.TIMED_OUT;
        }
        try {
            // Once more: it may have been started while another one had its turn.
            begin.run();
            return handleOne(deadline);
        } finally {
            turn.unlock();
        }
    }

    private Served handleOne(long deadline) throws InterruptedException {
        CompletableFuture<Served> one = new CompletableFuture<>();
        acceptLoop.post(() -> {
            connectionStarter.awaitOne(one);
            acceptPolicy.one();
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

    /// A request that came in just before the allowance is withdrawn was handed over and is reported so.
    private Served takenAtTheLastMoment(CompletableFuture<Served> one) throws InterruptedException {
        CompletableFuture<Boolean> taken = withdraw();
        try {
            return taken.get() && !one.isDone() ? Served.SERVED : one.getNow(Served.TIMED_OUT);
        } catch (ExecutionException e) {
            throw new IllegalStateException("handleRequest failed", e.getCause());
        }
    }

    /// @return whether it was used before
    private CompletableFuture<Boolean> withdraw() {
        CompletableFuture<Boolean> taken = new CompletableFuture<>();
        acceptLoop.post(() -> {
            boolean used = !acceptPolicy.any();
            acceptPolicy.notOne();
            arm.run();
            runner.whenAcknowledged(() -> taken.complete(used));
            acceptLoop.schedule(HEED_NANOS, () -> taken.complete(used));
        });
        return taken;
    }
}
