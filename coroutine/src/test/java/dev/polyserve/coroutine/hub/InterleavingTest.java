package dev.polyserve.coroutine.hub;

import dev.polyserve.coroutine.Generator;
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

/// Explores the interleavings in which a hub parks and is woken, and in which threads hand over.
///
/// Lincheck tries interleavings with few switches first, and prints one in which a thread waits for ever or a check
/// fails. The code is the real code, with the calls of [LincheckSubstitutes]. It runs in a JVM of its own without the
/// flag that lends threads: with the flag the JDK does the hand-over, and the loop is the same. Lincheck assumes
/// sequential consistency; [StressTest] covers the reordering of real processors.
@Tag("slow")
@Tag("interleavings")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class InterleavingTest {
    /// The number of interleavings for each test; setting it also enables the tests of a whole hub.
    private static final String NUMBER = "polyserve.coroutine.orders";
    private static final int INTERLEAVINGS = Integer.getInteger(NUMBER,
            "full".equals(System.getProperty("polyserve.tests")) ? 300 : 150);
    private static final HubOptions HANDOFF = HubOptions.defaults().withLendThread(false).withStallLimit(Duration.ZERO);

    /// Publishes an object to other threads. Lincheck treats an object as local to its thread until it sees it
    /// published, and does not see the capture by a lambda.
    @SuppressWarnings("unused")
    private static volatile @Nullable Object shared;

    @BeforeAll
    static void replaceCalls() throws Exception {
        LincheckSubstitutes.install();
    }

    /// A thread adds a step just when the loop has found none.
    @Test
    void aLoopThatGoesToSleepIsWoken() {
        inManyInterleavings(() -> {
            var owner = new Owner();
            var loop = new HubLoop(owner, "loop", true);
            share(loop);
            loop.thread().start();
            loop.execute(() -> owner.over.set(true));
            loop.thread().join();
        });
    }

    @Test
    void aStepSubmittedWhileALoopEndsRunsOnce() {
        inManyInterleavings(() -> {
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

    /// A thread outside the hub is woken before it waits or while it waits.
    @Test
    void aThreadOutsideIsWoken() {
        inManyInterleavings(() -> {
            var core = new HubCore(HANDOFF, new HubLoop(new Owner(), "loop", true), () -> {}, HubThreadAttacher.NONE);
            var waiter = new Waiter(null, "a test");
            share(waiter);
            Thread other = starting(waiter::wake);
            check(core.await(waiter, null, Long.MAX_VALUE), "not woken");
            other.join();
        });
    }

    /// One thread takes the first value, another the second; a third interrupts the first.
    @Test
    void aGeneratorIsHandedOverAndItsConsumerInterrupted() {
        inManyInterleavings(() -> {
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

    // --- a whole hub: ten times as many steps, so more interleavings than a build has time for ---

    @Test
    @EnabledIfSystemProperty(named = NUMBER, matches = "[0-9]+")
    void aLoopAndItsTaskHandOver() {
        inManyInterleavings(() -> {
            var owner = new Owner();
            var loop = new HubLoop(owner, "loop", false);
            var core = new HubCore(HANDOFF, loop, () -> {}, HubThreadAttacher.NONE);
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

    /// The result may be complete before the task waits for it.
    @Test
    @EnabledIfSystemProperty(named = NUMBER, matches = "[0-9]+")
    void theResultOfAnOffloadedComputationWakesItsTask() {
        inManyInterleavings(() -> {
            int result = Hub.<Integer>call(HANDOFF, hub -> {
                share(hub);
                return hub.offload(() -> 7);
            });
            check(result == 7, "another result");
        });
    }

    @Test
    @EnabledIfSystemProperty(named = NUMBER, matches = "[0-9]+")
    void aSpawnWhileAHubEndsIsRefusedOrRun() {
        inManyInterleavings(() -> {
            var threads = new ArrayList<Thread>();
            Hub.run(HANDOFF, hub -> {
                share(hub);
                threads.add(starting(() -> {
                    Task<Integer> task;
                    try {
                        task = hub.spawn(() -> 7);
                    } catch (IllegalStateException e) {
                        return; // the hub has ended
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
        inManyInterleavings(() -> {
            var ends = new AtomicInteger();
            var threads = new ArrayList<Thread>();
            Hub.run(HANDOFF, hub -> {
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

    private static void inManyInterleavings(Scenario scenario) {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            LincheckSubstitutes.forget();
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

    /// Lincheck follows every call, which fails for those of AssertJ.
    private static void check(boolean right, String otherwise) {
        if (!right) {
            throw new AssertionError(otherwise);
        }
    }

    /// The body of a thread.
    @FunctionalInterface
    private interface Scenario {
        void run() throws Exception;
    }

    /// The owner of a loop without tasks.
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
        public boolean isTaskCalling() {
            return false;
        }

        @Override
        public void nothingScheduled() {
            // A thread outside wakes the loop.
        }

        @Override
        public void callbackFailed(Throwable error) {
            throw new AssertionError(error);
        }
    }
}
