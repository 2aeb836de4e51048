package dev.polyserve.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Options;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.coroutine.carrier.Carrier;
import dev.polyserve.coroutine.carrier.CarrierThread;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A loop whose thread a handler's code occupies goes on with another thread.
@Timeout(60)
class LoopHandOffTest {
    private final List<Throwable> errors = new ArrayList<>();
    private EventLoop loop;
    private HandOffMonitor monitor;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(Carrier.whyNot().isEmpty(), () -> "needs a carrier: " + Carrier.whyNot());
        loop = new EventLoop("test", new SelectorMultiplexer(), NanoClock.SYSTEM, true, true, 0, errors::add);
        loop.coroutines().offerHub();
        monitor = new HandOffMonitor(List.of(loop), TimeUnit.MILLISECONDS.toNanos(1), new ServerContext(
                Options.defaults(), new ServerListener() {}, NanoClock.SYSTEM, _ -> {}));
        loop.start(errors::add);
        monitor.start();
    }

    @AfterEach
    void close() {
        if (loop != null) {
            loop.close();
            loop.awaitEnd();
            monitor.close();
            assertThat(errors).isEmpty();
        }
    }

    private static <T> T soon(CompletableFuture<T> result) throws Exception {
        return result.get(30, TimeUnit.SECONDS);
    }

    /// A handler's code.
    private interface Code {
        void run() throws Exception;
    }

    /// A handler on the loop.
    ///
    /// @param began completed in the handler's code
    /// @param done completed in the library, after the code
    private record Running(CompletableFuture<LoopThread> began, CompletableFuture<Boolean> done) {}

    private Running handler(Code code) {
        var running = new Running(new CompletableFuture<>(), new CompletableFuture<>());
        loop.post(() -> {
            var coroutine = new HandlerCoroutine(loop, new Object());
            coroutine.start("handler", () -> {
                LoopThread first = loop.thread();
                coroutine.leaveLibrary();
                try {
                    running.began.complete(first);
                    code.run();
                } catch (Exception | Error e) {
                    running.done.completeExceptionally(e);
                }
                boolean entered = coroutine.enterLibrary();
                loop.assertOwner();
                running.done.complete(entered);
            });
        });
        return running;
    }

    private Running computing(CountDownLatch until) throws Exception {
        Running running = handler(() -> compute(until));
        soon(running.began);
        return running;
    }

    private <T> T onLoop(Supplier<T> task) throws Exception {
        var done = new CompletableFuture<T>();
        loop.post(() -> done.complete(task.get()));
        return soon(done);
    }

    private static void compute(CountDownLatch until) {
        while (until.getCount() > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void theLoopGoesOnWhileAHandlerComputes() throws Exception {
        var released = new CountDownLatch(1);
        Running handler = computing(released);
        assertThat(onLoop(loop::thread)).isNotEqualTo(soon(handler.began));
        assertThat(handler.done).isNotDone();
        assertThat(loop.handOffs()).isPositive();
        released.countDown();
        assertThat(soon(handler.done)).isTrue();
    }

    @Test
    void aThreadThatHasLostTheLoopTakesItAgain() throws Exception {
        for (int i = 0; i < 4; i++) {
            var released = new CountDownLatch(1);
            Running handler = computing(released);
            assertThat(onLoop(loop::thread)).isNotEqualTo(soon(handler.began));
            released.countDown();
            assertThat(soon(handler.done)).isTrue();
        }
        assertThat(loop.handOffs()).isGreaterThanOrEqualTo(4);
        assertThat(monitor.spares().alive()).as("threads besides the first").isLessThanOrEqualTo(2);
    }

    @Test
    void aLockThatAHandlerHoldsBesideTheLoopIsWaitedFor() throws Exception {
        var lock = new ReentrantLock();
        var released = new CountDownLatch(1);
        Running holds = handler(() -> {
            lock.lock();
            try {
                compute(released);
            } finally {
                lock.unlock();
            }
        });
        soon(holds.began);
        Running waits = handler(() -> {
            lock.lock();
            try {
                assertThat(released.getCount()).isZero();
            } finally {
                lock.unlock();
            }
        });
        soon(waits.began);
        onLoop(() -> true);
        assertThat(waits.done).isNotDone();
        released.countDown();
        assertThat(soon(holds.done)).isTrue();
        assertThat(soon(waits.done)).isTrue();
    }

    /// Each of them blocks its platform thread in the system.
    @Test
    void aLoopGoesOnBesideAsManyStuckHandlersAsThereAreSpareThreads() throws Exception {
        var released = new CountDownLatch(1);
        List<Running> stuck = new ArrayList<>();
        for (int i = 0; i < SpareThreads.MOST; i++) {
            stuck.add(handler(() -> PinnedCode.run(() -> awaitBlocked(released))));
            soon(stuck.getLast().began);
        }
        assertThat(onLoop(() -> true)).isTrue();
        assertThat(monitor.spares().alive()).isEqualTo(SpareThreads.MOST);
        Running oneMore = handler(() -> PinnedCode.run(() -> awaitBlocked(released)));
        soon(oneMore.began);
        var afterwards = new CompletableFuture<Boolean>();
        loop.post(() -> afterwards.complete(true));
        assertThat(afterwards).as("no thread is to spare").isNotDone();
        released.countDown();
        for (Running one : stuck) {
            assertThat(soon(one.done)).isTrue();
        }
        assertThat(soon(oneMore.done)).isTrue();
        assertThat(soon(afterwards)).isTrue();
    }

    private static void awaitBlocked(CountDownLatch until) {
        while (until.getCount() > 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    @Test
    void aLoopWhoseHubWasAskedForIsNotHandedOff() throws Exception {
        Running asks = handler(() -> assertThat(loop.coroutines().hub()).isPresent());
        soon(asks.done);
        long before = loop.handOffs();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
        Running computes = handler(() -> {
            while (System.nanoTime() - end < 0) {
                Thread.onSpinWait();
            }
        });
        soon(computes.done);
        assertThat(loop.handOffs()).isEqualTo(before);
    }

    @Test
    void aHandlerBesideTheLoopReturnsToItWhenItAsksForTheHub() throws Exception {
        var released = new CountDownLatch(1);
        var asked = new CompletableFuture<Boolean>();
        Running asks = handler(() -> {
            compute(released);
            asked.complete(loop.coroutines().hub().isPresent() && loop.thread().equals(CarrierThread.ofCaller()));
        });
        assertThat(onLoop(loop::thread)).isNotNull();
        soon(asks.began);
        onLoop(() -> true);
        released.countDown();
        assertThat(soon(asked)).as("on the loop's thread").isTrue();
        soon(asks.done);
    }

    @Test
    void aThreadThatAHandlerStartsIsHandedOffToo() throws Exception {
        var released = new CountDownLatch(1);
        var child = new CompletableFuture<Boolean>();
        Running handler = handler(() -> Thread.startVirtualThread(() -> {
            child.complete(true);
            compute(released);
        }).join());
        soon(child);
        onLoop(() -> true);
        assertThat(handler.done).isNotDone();
        released.countDown();
        assertThat(soon(handler.done)).isTrue();
    }

    @Test
    void aStackTraceOfAHandlerBesideTheLoopDoesNotBringItBack() throws Exception {
        var released = new CountDownLatch(1);
        var thread = new CompletableFuture<Thread>();
        Running handler = handler(() -> {
            thread.complete(Thread.currentThread());
            compute(released);
        });
        onLoop(() -> true);
        for (int i = 0; i < 100; i++) {
            assertThat(soon(thread).getStackTrace()).isNotNull();
            onLoop(() -> true);
        }
        assertThat(handler.done).isNotDone();
        released.countDown();
        assertThat(soon(handler.done)).isTrue();
    }

    @Test
    void aLoopThatWasHandedOffEnds() throws Exception {
        var released = new CountDownLatch(1);
        Running handler = computing(released);
        onLoop(() -> true);
        loop.close();
        loop.awaitEnd();
        assertThat(loop.hasEnded()).isTrue();
        assertThat(handler.done).isNotDone();
        released.countDown();
        assertThat(soon(handler.done)).as("it ends on the thread that runs what is left").isTrue();
    }

    /// Runs stretches of a handler, of which the first one is long.
    ///
    /// @param stretches the short ones that follow
    /// @return whether each of them ran on the loop's thread
    private List<Boolean> afterALongStretch(int stretches) throws Exception {
        var onLoop = new CompletableFuture<List<Boolean>>();
        loop.post(() -> {
            var coroutine = new HandlerCoroutine(loop, new Object());
            coroutine.start("handler", () -> {
                List<Boolean> seen = new ArrayList<>();
                coroutine.leaveLibrary();
                computeUntilHandedOff();
                for (int i = 0; i < stretches; i++) {
                    coroutine.enterLibrary();
                    loop.assertOwner();
                    coroutine.leaveLibrary();
                    seen.add(loop.thread().equals(CarrierThread.ofCaller()));
                }
                coroutine.enterLibrary();
                loop.assertOwner();
                onLoop.complete(seen);
            });
        });
        return soon(onLoop);
    }

    private void computeUntilHandedOff() {
        long before = loop.handOffs();
        while (loop.handOffs() == before) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aHandlerThatTookLongBeginsBesideTheLoopUntilItIsShortAgain() throws Exception {
        assertThat(afterALongStretch(5)).containsExactly(false, false, false, true, true);
        assertThat(loop.handOffs()).isEqualTo(4);
        // One that is not needed any more may still be ending.
        while (monitor.spares().alive() > 2) {
            Thread.onSpinWait();
        }
    }

    private void pinned(Runnable code) {
        try {
            PinnedCode.run(code);
        } catch (Exception e) {
            errors.add(e);
        }
    }

    @Test
    void aPinnedHandlerThatTookLongStaysOnTheLoopsThread() throws Exception {
        var onLoop = new CompletableFuture<Boolean>();
        loop.post(() -> {
            var coroutine = new HandlerCoroutine(loop, new Object());
            coroutine.expectedLong((byte) 1);
            coroutine.start("handler", () -> pinned(() -> {
                coroutine.leaveLibrary();
                onLoop.complete(loop.thread().equals(CarrierThread.ofCaller()));
                coroutine.enterLibrary();
                loop.assertOwner();
            }));
        });
        assertThat(soon(onLoop)).isTrue();
        assertThat(afterALongStretch(1)).as("afterwards").containsExactly(false);
    }
}
