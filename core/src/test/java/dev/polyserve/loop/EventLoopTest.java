package dev.polyserve.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.conversation.NanoClock;
import dev.polyserve.coroutine.carrier.Carrier;
import dev.polyserve.io.Pollable;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class EventLoopTest {
    private final FakeMultiplexer multiplexer = new FakeMultiplexer();
    private final CompletableFuture<Throwable> error = new CompletableFuture<>();
    private final EventLoop loop = new EventLoop("test", multiplexer, NanoClock.SYSTEM, true, false, 0,
            error::complete);

    @Test
    void saysOnceWhyItEndsWhenItCannotWaitAnyMore() throws Exception {
        CompletableFuture<IOException> lost = new CompletableFuture<>();
        loop.start(lost::complete);
        assertThat(lost.get(5, TimeUnit.SECONDS))
                .hasMessage("the event loop test cannot wait any more: the fake cannot "
                        + "wait");
        assertThat(multiplexer.closed()).isTrue();
        assertThat(error).as("no defect").isNotDone();
    }

    @Test
    void outlivesALackOfMemoryEvenForItsReports() throws Exception {
        CompletableFuture<IOException> lost = new CompletableFuture<>();
        CompletableFuture<Boolean> ran = new CompletableFuture<>();
        try (EventLoop lacking = new EventLoop("lacking", new FullMultiplexer(), NanoClock.SYSTEM, true, false, 0,
                _ -> {
                    throw new OutOfMemoryError("for the test");
                })) {
            lacking.start(lost::complete);
            lacking.post(() -> {
                throw new OutOfMemoryError("for the test");
            });
            lacking.post(() -> ran.complete(true));
            assertThat(ran.get(5, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(lost).as("lost").isNotDone();
    }

    /// The first waits fail, as when a selector cannot allocate.
    private static final class FullMultiplexer extends FakeMultiplexer {
        private int failures = 3;

        @Override
        public void await(long atMostNanos) {
            if (failures-- > 0) {
                throw new OutOfMemoryError("for the test");
            }
            Thread.onSpinWait();
        }
    }

    @Test
    void saysThatItFailsWhenItCannotGoOn() throws Exception {
        CompletableFuture<IOException> lost = new CompletableFuture<>();
        EventLoop failing = new EventLoop("failing", new FullMultiplexer(), NanoClock.SYSTEM, true, false, 0, _ -> {
            throw new IllegalStateException("for the test");
        });
        failing.thread().setUncaughtExceptionHandler((_, thrown) -> error.complete(thrown));
        failing.start(lost::complete);
        assertThat(error.get(5, TimeUnit.SECONDS)).isInstanceOf(IllegalStateException.class);
        assertThat(lost.get(5, TimeUnit.SECONDS)).hasMessage("the event loop failing failed").hasCause(error.join());
    }

    @Test
    void looksAtTheSocketsOnceMoreBeforeWhatIsDueRuns() throws Exception {
        var stopped = new StoppedMultiplexer();
        CompletableFuture<Integer> looks = new CompletableFuture<>();
        try (EventLoop late = new EventLoop("late", stopped, stopped.clock::get, true, false, 0, error::complete)) {
            late.start(_ -> {
            });
            late.post(() -> late.schedule(TimeUnit.SECONDS.toNanos(1), () -> looks.complete(stopped.looksAfterwards)));
            assertThat(looks.get(5, TimeUnit.SECONDS)).as("looks without waiting, after the time was over")
                    .isPositive();
        }
        assertThat(error).as("no defect").isNotDone();
    }

    /// Simulates a wait in which the process is suspended for longer than any timer. It reports no readiness, as the
    /// system's multiplexers do then.
    private static final class StoppedMultiplexer extends FakeMultiplexer {
        private final AtomicLong clock = new AtomicLong();
        private int looksAfterwards;
        private boolean stopped;

        @Override
        public void await(long atMostNanos) {
            if (atMostNanos == 0) {
                looksAfterwards += stopped ? 1 : 0;
            } else if (atMostNanos < Long.MAX_VALUE) {
                stopped = true;
                clock.addAndGet(TimeUnit.MINUTES.toNanos(1));
            } else {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void whatASocketsReadinessPostsWakesNothing() throws Exception {
        CompletableFuture<Boolean> ran = new CompletableFuture<>();
        var ready = new ReadyMultiplexer();
        try (EventLoop awake = new EventLoop("awake", ready, NanoClock.SYSTEM, true, false, 0, error::complete)) {
            awake.watch(new Pollable() {}, Multiplexer.READ, _ -> {
                awake.turnBegins();
                awake.post(() -> ran.complete(ready.woken));
            });
            awake.start(_ -> {
            });
            assertThat(ran.get(5, TimeUnit.SECONDS)).as("woken").isFalse();
        }
        assertThat(error).as("no defect").isNotDone();
    }

    /// Its source is ready in the first wait that may block.
    private static final class ReadyMultiplexer extends FakeMultiplexer {
        private Ready callback = _ -> {};
        private boolean told;
        private volatile boolean woken;

        @Override
        public Watch watch(Pollable source, int wanted, Ready ready) {
            callback = ready;
            return super.watch(source, wanted, ready);
        }

        @Override
        public void await(long atMostNanos) {
            if (atMostNanos > 0 && !told) {
                told = true;
                callback.ready(READ);
            }
            Thread.onSpinWait();
        }

        @Override
        public void wakeup() {
            woken = true;
        }
    }

    @Test
    void runsWhatIsPostedBecauseOfThat() throws Exception {
        CompletableFuture<Thread> ran = new CompletableFuture<>();
        loop.start(_ -> loop.post(() -> ran.complete(Thread.currentThread())));
        assertThat(ran.get(5, TimeUnit.SECONDS).getName()).isEqualTo("test-late");
    }

    @Test
    void aCoroutineThatIsUnparkedBecauseOfThatGoesOn() throws Exception {
        assumeTrue(Carrier.whyNot().isEmpty(), () -> "needs coroutines on the loop's thread: " + Carrier.whyNot());
        CompletableFuture<Thread> parked = new CompletableFuture<>();
        CompletableFuture<Boolean> wentOn = new CompletableFuture<>();
        Multiplexer dying = new DyingMultiplexer(
                () -> parked.getNow(Thread.currentThread()).getState() == Thread.State.WAITING);
        EventLoop lending = new EventLoop("lending", dying, NanoClock.SYSTEM, true, true, 0, error::complete);
        lending.coroutines().unstarted("coroutine", () -> {
            parked.complete(Thread.currentThread());
            LockSupport.park();
            wentOn.complete(true);
        }).start();
        lending.start(_ -> LockSupport.unpark(parked.join()));
        assertThat(wentOn.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(error).as("no defect").isNotDone();
    }

    /// Never blocks, and fails as soon as a condition holds.
    private record DyingMultiplexer(BooleanSupplier dies) implements Multiplexer {
        @Override
        public String name() {
            return "dying";
        }

        @Override
        public Watch watch(Pollable source, int wanted, Ready ready) {
            return _ -> {};
        }

        @Override
        public void change(Watch watch, int wanted) {
            // Nothing is ever ready.
        }

        @Override
        public void forget(Watch watch) {
            // Nothing is ever ready.
        }

        @Override
        public void await(long atMostNanos) throws IOException {
            if (dies.getAsBoolean()) {
                throw new IOException("it dies");
            }
        }

        @Override
        public void wakeup() {
            // It never blocks.
        }

        @Override
        public void close() {
            // It holds nothing.
        }
    }
}
