package dev.polyserve.loop;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.conversation.NanoClock;
import dev.polyserve.coroutine.carrier.Carrier;
import dev.polyserve.coroutine.carrier.NonQueueingLock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A loop, a coroutine of that loop and another thread take the same lock. A queueing lock could be passed to the
/// coroutine while the loop that it needs is queued behind it: a deadlock.
@Timeout(60)
class NonQueueingLockTest {
    private static final int TIMEOUT_SECONDS = 30;

    @Test
    void goesRoundAmongALoopItsCoroutineAndAnotherThread() throws Exception {
        assumeTrue(Carrier.whyNot().isEmpty(), () -> "needs coroutines on the loop's thread: " + Carrier.whyNot());
        NonQueueingLock lock = new NonQueueingLock();
        CompletableFuture<Throwable> error = new CompletableFuture<>();
        CountDownLatch asking = new CountDownLatch(2);
        CountDownLatch had = new CountDownLatch(2);
        try (EventLoop loop = new EventLoop("test", new SelectorMultiplexer(), NanoClock.SYSTEM, true, true, 0,
                error::complete)) {
            loop.start(error::complete);
            Runnable takes = () -> {
                asking.countDown();
                lock.lock();
                lock.unlock();
                had.countDown();
            };
            lock.lock();
            try {
                loop.coroutines().unstarted("coroutine", takes).start();
                // Queued behind the coroutine, which has had its first turn when this runs.
                loop.execute(() -> loop.post(takes));
                assertTrue(asking.await(TIMEOUT_SECONDS, TimeUnit.SECONDS), () -> "both ask for it; " + error);
            } finally {
                lock.unlock();
            }
            assertTrue(had.await(TIMEOUT_SECONDS, TimeUnit.SECONDS), () -> "both had it; " + error);
        }
    }
}
