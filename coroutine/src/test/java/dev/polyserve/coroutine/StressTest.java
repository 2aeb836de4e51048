package dev.polyserve.coroutine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Hand-overs and wake-ups in great numbers, in random orders. Each number is a property, for a long run with
/// `-Djunit.jupiter.execution.timeout.mode=disabled`; `comparison/coroutines` tells the time and the memory that they take.
@Tag("slow")
class StressTest {
    private static final long SECONDS = Long.getLong("polyserve.coroutine.seconds", 1);
    private static final int ALIVE = Integer.getInteger("polyserve.coroutine.alive", 10_000);
    private static final int SWITCHES = Integer.getInteger("polyserve.coroutine.switches", 20_000);

    private static boolean goesOn(long began) {
        return System.nanoTime() - began < TimeUnit.SECONDS.toNanos(SECONDS);
    }

    /// A consumer of either kind takes each value; a lost hand-over would hang, a double one would skip a number.
    @Test
    void aGeneratorIsHandedFromThreadToThread() throws Exception {
        var random = new Random(1);
        Generator<Integer> numbers = Generator.of(out -> {
            for (int i = 0;; i++) {
                out.yield(i);
                if (i % 7 == 0) {
                    TimeUnit.MICROSECONDS.sleep(1);
                }
            }
        });
        long began = System.nanoTime();
        int[] next = {0};
        while (goesOn(began)) {
            (random.nextBoolean() ? Consumers.PLATFORM : Consumers.VIRTUAL).run(() -> {
                for (int i = 0; i < 100; i++) {
                    assertThat(numbers.next()).isEqualTo(next[0]++);
                }
            });
        }
        numbers.close();
    }

    /// Threads from outside spawn, join, interrupt and kill all at once; each task must end, and each wait for it.
    @ParameterizedTest
    @EnumSource
    void noWakeUpIsLostAmongForeignThreads(Hubs hubs) throws Exception {
        var ended = new AtomicInteger();
        var spawned = new AtomicInteger();
        var failures = new LinkedBlockingQueue<Throwable>();
        try (Hub hub = Hub.open(hubs.options().withStallLimit(Duration.ZERO).withListener(new Hubs.Reports()))) {
            long began = System.nanoTime();
            var threads = new ArrayList<Thread>();
            for (int t = 0; t < 3; t++) {
                var random = new Random(t);
                threads.add((t == 0 ? Thread.ofVirtual() : Thread.ofPlatform()).start(() -> {
                    try {
                        while (goesOn(began)) {
                            spawned.incrementAndGet();
                            Task<?> task = hub.spawn(() -> waitSomehow(hub, random.nextInt(5)));
                            task.link(_ -> ended.incrementAndGet());
                            disturb(task, random.nextInt(4));
                            assertThat(task.join(Hubs.LONG)).as("ended").isTrue();
                        }
                    } catch (Throwable e) {
                        failures.add(e);
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            hub.spawn(() -> hub.yield()).join();
        }
        assertThat(failures).isEmpty();
        assertThat(ended.get()).as("links called once each").isEqualTo(spawned.get());
    }

    private static void waitSomehow(Hub hub, int how) throws Exception {
        switch (how) {
            case 0 -> hub.yield();
            case 1 -> hub.sleep(Duration.ofNanos(50_000));
            case 2 -> hub.spawn(() -> hub.yield()).join();
            case 3 -> Timeout.after(Duration.ofNanos(20_000)).callOr("", () -> {
                hub.sleep(Duration.ofNanos(30_000));
                return "";
            });
            default -> hub.offload(() -> 1);
        }
    }

    private static void disturb(Task<?> task, int how) {
        switch (how) {
            case 0 -> task.kill();
            case 1 -> task.thread().interrupt();
            default -> Thread.onSpinWait();
        }
    }

    /// The killer counts switches, so that each of the victim's is hit in one of the rounds.
    @ParameterizedTest
    @EnumSource
    void killedAtEverySwitchPointNothingIsLeft(Hubs hubs) throws Exception {
        hubs.run(hub -> {
            var pool = new Pool(hub, 1);
            int completed = 0;
            for (int switches = 0; completed < 3; switches++) {
                var open = new AtomicInteger();
                Task<?> victim = hub.spawn(() -> useEverything(hub, pool, open));
                for (int i = 0; i < switches && !victim.isDone(); i++) {
                    hub.yield();
                }
                assertThat(victim.kill(Hubs.LONG)).isTrue();
                completed += victim.phase() == Task.Phase.SUCCEEDED ? 1 : 0;
                assertThat(victim.phase()).isNotEqualTo(Task.Phase.FAILED);
                assertThat(pool.kill(Hubs.LONG)).isTrue();
                assertThat(pool.free()).as("after %s switches", switches).isEqualTo(1);
                assertThat(open.get()).as("finally was run after %s switches", switches).isZero();
            }
        });
    }

    private static void useEverything(Hub hub, Pool pool, AtomicInteger open) throws Exception {
        open.incrementAndGet();
        try {
            hub.yield();
            pool.spawn(() -> hub.yield());
            pool.spawn(() -> hub.yield()).join();
            Timeout.after(Hubs.LONG).run(() -> hub.joinAll(List.of(hub.spawn(() -> hub.yield()), hub.spawn(() -> {}))));
            hub.sleep(Duration.ofNanos(1));
            hub.blocking(() -> "");
            new Group(hub).map(List.of(1, 2), n -> n);
        } finally {
            open.decrementAndGet();
        }
    }

    /// At each of its values, whoever consumes it and however deep the body is that yields it.
    @ParameterizedTest
    @EnumSource
    void closedAtEveryValueAGeneratorEndsAllItsBodies(Consumers consumer) throws Exception {
        consumer.run(() -> {
            for (int values = 0;; values++) {
                var open = new AtomicInteger();
                Generator<Integer> generator = countingDown(4, open);
                int taken = 0;
                while (taken < values && generator.hasNext()) {
                    generator.next();
                    taken++;
                }
                generator.close();
                assertThat(open.get()).as("bodies not ended after %s values", values).isZero();
                if (taken < values) {
                    assertThat(taken).isEqualTo(4 + 3 + 2 + 1);
                    return;
                }
            }
        });
    }

    private static Generator<Integer> countingDown(int from, AtomicInteger open) {
        return Generator.of(out -> {
            open.incrementAndGet();
            try {
                for (int i = from; i > 0; i--) {
                    out.yield(i);
                }
                if (from > 1) {
                    out.yieldAll(countingDown(from - 1, open));
                }
            } finally {
                open.decrementAndGet();
            }
        });
    }

    // --- great numbers ---

    /// One that is lost would hang, one that came twice would skip a number.
    @ParameterizedTest
    @EnumSource
    void noValueOfManyIsLost(Consumers consumer) throws Exception {
        consumer.run(() -> {
            try (Generator<Integer> numbers = Generator.of(out -> {
                for (int i = 0;; i++) {
                    out.yield(i);
                }
            })) {
                for (int i = 0; i < SWITCHES; i++) {
                    check(numbers.next() == i, i);
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void noSwitchOfManyBetweenGreenletsIsLost(Consumers consumer) throws Exception {
        consumer.run(() -> {
            Greenlet<Integer> main = Greenlet.main();
            var pair = new ArrayList<Greenlet<Integer>>();
            for (int i = 0; i < 2; i++) {
                int other = 1 - i;
                pair.add(Greenlet.of(main, (self, first) -> {
                    int left = first;
                    while (left > 0) {
                        int answer = self.switchTo(pair.get(other), left - 1);
                        check(left == 1 || answer == left - 2, left);
                        left = answer;
                    }
                    return left;
                }));
            }
            assertThat(main.switchTo(pair.getFirst(), SWITCHES)).isZero();
            for (Greenlet<Integer> each : pair) {
                main.kill(each);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void noSwitchOfManyBetweenTasksIsLost(Hubs hubs) throws Exception {
        hubs.run(hub -> {
            int[] turns = {0};
            for (int i = 0; i < 2; i++) {
                int me = i;
                hub.spawn(() -> {
                    for (int n = 0; n < SWITCHES / 2; n++) {
                        check(turns[0] % 2 == me, turns[0]);
                        turns[0]++;
                        hub.yield();
                    }
                });
            }
        });
    }

    /// An assertion of AssertJ for each would take far longer than what it asserts.
    private static void check(boolean right, int at) {
        if (!right) {
            throw new AssertionError("a switch was lost or came twice: " + at);
        }
    }

    @ParameterizedTest
    @EnumSource
    void manyAreAliveAtOnce(Hubs hubs) throws Exception {
        var generators = new ArrayList<Generator<Integer>>();
        for (int i = 0; i < ALIVE; i++) {
            int number = i;
            Generator<Integer> generator = Generator.of(out -> {
                out.yield(number);
                out.yield(-number);
            });
            generators.add(generator);
            assertThat(generator.next()).isEqualTo(i);
        }
        for (int i = 0; i < ALIVE; i++) {
            assertThat(generators.get(i).next()).isEqualTo(-i);
            generators.get(i).close();
        }
        hubs.run(hub -> {
            var group = new Group(hub);
            for (int i = 0; i < ALIVE; i++) {
                group.spawn(() -> hub.sleep(Hubs.LONG));
            }
            hub.yield();
            assertThat(group.size()).isEqualTo(ALIVE);
            assertThat(group.kill(Hubs.LONG)).isTrue();
        });
    }
}
