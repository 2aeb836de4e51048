package dev.polyserve.coroutine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.Lincheck;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// How a hub sleeps and is woken, and how threads hand over, in the orders in which they can take their steps: Lincheck goes through
/// these, those with few switches first, and prints the one in which a thread waits for ever or a check fails.
///
/// It is the real code, with the calls of [Exchanged]. It runs in a JVM of its own, without the flag that lends threads: where they
/// are lent, the JDK hands over, and the loop is the same. Each step is seen by all at once here; [StressTest] has what a processor
/// makes of them.
@Tag("slow")
@Tag("interleavings")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class InterleavingTest {
    /// How many orders each test goes through; given, there are more tests.
    private static final String NUMBER = "polyserve.coroutine.orders";
    private static final int ORDERS = Integer.getInteger(NUMBER, 300);
    private static final HubOptions BATON = HubOptions.defaults().withLendThread(false).withStallLimit(Duration.ZERO);

    /// Lincheck takes an object for its thread's own until it sees how another thread comes to it, and does not see it when it is
    /// captured by a lambda.
    @SuppressWarnings("unused")
    private static volatile @Nullable Object shared;

    @BeforeAll
    static void exchange() throws Exception {
        Exchanged.begin();
    }

    /// A thread adds something just when the loop has found nothing to do.
    @Test
    void aLoopThatGoesToSleepIsWoken() {
        inManyOrders(() -> {
            var owner = new Owner();
            var loop = new HubLoop(owner, "loop", true);
            share(loop);
            loop.thread().start();
            loop.execute(() -> owner.over.set(true));
            loop.thread().join();
        });
    }

    @Test
    void whatComesWhenALoopEndsRunsOnce() {
        inManyOrders(() -> {
            var owner = new Owner();
            var loop = new HubLoop(owner, "loop", true);
            var times = new AtomicInteger();
            share(loop);
            loop.thread().start();
            Thread other = new Thread(() -> loop.execute(times::incrementAndGet));
            other.start();
            loop.execute(() -> owner.over.set(true));
            loop.execute(times::incrementAndGet);
            other.join();
            loop.thread().join();
            check(times.get() == 2, "run " + times + " times");
        });
    }

    /// As one that joins a task: it is woken before it waits, or while it does.
    @Test
    void aThreadOutsideIsWoken() {
        inManyOrders(() -> {
            var core = new HubCore(BATON, new HubLoop(new Owner(), "loop", true), () -> {}, AttachedThreads.NONE);
            var waiter = new Waiter(null, "a test");
            share(waiter);
            Thread other = starting(waiter::wake);
            check(core.await(waiter, null, Long.MAX_VALUE), "not woken");
            other.join();
        });
    }

    /// One thread asks for the first value, another for the second; a third interrupts the first of them.
    @Test
    void aGeneratorIsHandedOverAndItsConsumerInterrupted() {
        inManyOrders(() -> {
            Generator<Integer> numbers = Generator.of(out -> {
                out.yield(1);
                out.yield(2);
            });
            share(numbers);
            var interrupted = new AtomicBoolean();
            Thread first = starting(() -> {
                check(numbers.next() == 1, "not the first value");
                while (!Thread.interrupted()) {
                    Thread.onSpinWait();
                }
                interrupted.set(true);
            });
            first.interrupt();
            first.join();
            check(interrupted.get(), "an interrupt was lost");
            check(numbers.next() == 2, "not the second value");
            check(!numbers.hasNext(), "a third value");
        });
    }

    // --- a whole hub: ten times as many steps, so it needs more orders than a build has time for ---

    @Test
    @EnabledIfSystemProperty(named = NUMBER, matches = "[0-9]+")
    void aLoopAndItsTaskHandOverTheBaton() {
        inManyOrders(() -> {
            var owner = new Owner();
            var loop = new HubLoop(owner, "loop", false);
            var core = new HubCore(BATON, loop, () -> {}, AttachedThreads.NONE);
            share(core);
            Task<Integer> task = core.newTask("task", () -> {
                Task.current().taskThread().letOthersRun();
                return 7;
            });
            task.add(_ -> owner.over.set(true));
            loop.thread().start();
            core.begin(task);
            loop.thread().join();
            check(task.phase() == Task.Phase.SUCCEEDED, "not ended: " + task.phase());
        });
    }

    /// The result may be there before its task waits for it.
    @Test
    @EnabledIfSystemProperty(named = NUMBER, matches = "[0-9]+")
    void theResultOfAComputationElsewhereWakesItsTask() {
        inManyOrders(() -> {
            int result = Hub.<Integer>call(BATON, hub -> {
                share(hub);
                return hub.offload(() -> 7);
            });
            check(result == 7, "another result");
        });
    }

    @Test
    @EnabledIfSystemProperty(named = NUMBER, matches = "[0-9]+")
    void whoSpawnsWhileAHubEndsIsToldOrServed() {
        inManyOrders(() -> {
            var threads = new ArrayList<Thread>();
            Hub.run(BATON, hub -> {
                share(hub);
                threads.add(starting(() -> {
                    Task<Integer> task;
                    try {
                        task = hub.spawn(() -> 7);
                    } catch (IllegalStateException e) {
                        return; // told that it has ended
                    }
                    task.join();
                    check(task.isDone(), "not done: " + task.phase());
                }));
            });
            joinAll(threads);
        });
    }

    @Test
    @EnabledIfSystemProperty(named = NUMBER, matches = "[0-9]+")
    void aKillFromOutsideMeetsTheEndOfATask() {
        inManyOrders(() -> {
            var ends = new AtomicInteger();
            var threads = new ArrayList<Thread>();
            Hub.run(BATON, hub -> {
                share(hub);
                Task<Integer> task = hub.spawn(() -> {
                    hub.yield();
                    return 7;
                });
                task.link(_ -> ends.incrementAndGet());
                threads.add(starting(task::kill));
                task.join();
                check(task.isKilled() || task.get() == 7, "neither: " + task.phase());
            });
            joinAll(threads);
            check(ends.get() == 1, "ended " + ends + " times");
        });
    }

    // ---

    private static void inManyOrders(Scenario scenario) {
        Lincheck.runConcurrentTest(ORDERS, () -> {
            Exchanged.forget();
            try {
                scenario.run();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    private static void share(Object object) {
        shared = object;
    }

    private static Thread starting(Scenario body) {
        Thread thread = new Thread(() -> {
            try {
                body.run();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        thread.start();
        return thread;
    }

    private static void joinAll(List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /// Lincheck follows every call, and stumbles over those of AssertJ.
    private static void check(boolean right, String otherwise) {
        if (!right) {
            throw new AssertionError(otherwise);
        }
    }

    /// What several threads do.
    @FunctionalInterface
    private interface Scenario {
        void run() throws Exception;
    }

    /// Of a loop without tasks.
    private static final class Owner implements HubLoop.Owner {
        private final AtomicBoolean over = new AtomicBoolean();

        @Override
        public boolean isOver() {
            return over.get();
        }

        @Override
        public boolean isGivenUp() {
            return false;
        }

        @Override
        public boolean isTasksTurn() {
            return false;
        }

        @Override
        public void nothingScheduled() {
            // Somebody outside will wake it.
        }

        @Override
        public void callbackFailed(Throwable error) {
            throw new AssertionError(error);
        }
    }
}
