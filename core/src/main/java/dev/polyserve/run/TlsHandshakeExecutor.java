package dev.polyserve.run;

import dev.polyserve.Limit;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.coroutine.carrier.NonQueueingLock;
import dev.polyserve.stats.HandshakeOutcome;
import dev.polyserve.tls.TlsHandshakeLimiter;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The TLS handshakes of a runner: how many are under way, and the threads that compute for them, because a loop must not.
///
/// **Thread**: any.
final class TlsHandshakeExecutor implements TlsHandshakeLimiter {
    private static final int MOST_THREADS = 4;
    private static final int KEEP_SECONDS = 10;

    private final ServerContext context;
    private final ThreadPoolExecutor pool;
    private final NonQueueingLock lock = new NonQueueingLock();
    /// Guarded by `lock`, like the one below.
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int underWay;

    TlsHandshakeExecutor(ServerContext context) {
        this.context = context;
        int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MOST_THREADS);
        AtomicInteger number = new AtomicInteger();
        // As many tasks wait as there are handshakes under way at most.
        this.pool = new ThreadPoolExecutor(threads, threads, KEEP_SECONDS, TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                work -> Thread.ofPlatform().daemon().name("polyserve-tls-" + number.incrementAndGet()).unstarted(work));
        pool.allowCoreThreadTimeOut(true);
    }

    @Override
    public boolean enter(Runnable whenRoom) {
        lock.lock();
        try {
            if (underWay < context.options().limits().tlsHandshakes()) {
                underWay++;
                return true;
            }
            waiting.add(whenRoom);
        } finally {
            lock.unlock();
        }
        context.listener().limitReached(Limit.TLS_HANDSHAKES);
        return false;
    }

    @Override
    public void withdraw(Runnable whenRoom) {
        lock.lock();
        try {
            if (waiting.remove(whenRoom)) {
                return;
            }
        } finally {
            lock.unlock();
        }
        leave(); // it counts
    }

    /// One is not under way any more.
    void leave() {
        Runnable next = next();
        if (next != null) {
            next.run();
        }
    }

    private @Nullable Runnable next() {
        lock.lock();
        try {
            Runnable next = waiting.poll();
            if (next == null) {
                underWay--;
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void ended(HandshakeOutcome how, long nanos) {
        context.tlsCounters().ended(how, nanos);
    }

    @Override
    public void compute(Runnable task) {
        pool.execute(task);
    }

    /// Ends the threads.
    void close() {
        pool.shutdownNow();
    }
}
