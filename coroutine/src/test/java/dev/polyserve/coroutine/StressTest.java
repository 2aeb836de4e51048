package dev.polyserve.coroutine;

import dev.polyserve.coroutine.hub.Group;
import dev.polyserve.coroutine.hub.Task;
import dev.polyserve.coroutine.hub.Pool;
import dev.polyserve.coroutine.hub.Timeout;
import dev.polyserve.coroutine.hub.Hub;
import dev.polyserve.coroutine.hub.HubMode;
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

/// Many hand-overs and wake-ups in random orders. System properties set the numbers, for a long run with
/// `-Djunit.jupiter.execution.timeout.mode=disabled`. `comparison/coroutines` measures time and memory.
@Tag("slow")
class StressTest {
    private static final long MILLIS = Long.getLong("polyserve.coroutine.millis",
            "full".equals(System.getProperty("polyserve.tests")) ? 1_000 : 300);
    private static final int ALIVE = Integer.getInteger("polyserve.coroutine.alive", 10_000);
    private static final int SWITCHES = Integer.getInteger("polyserve.coroutine.switches", 20_000);

    private static boolean goesOn(long began) {
        return System.nanoTime() - began < TimeUnit.MILLISECONDS.toNanos(MILLIS);
    }

    /// Consumers of both kinds take values in turn. A lost hand-over hangs; a duplicate skips a number.
    @Test
    void aGeneratorMovesBetweenThreads() throws Exception {
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
            (random.nextBoolean() ? ThreadKind.PLATFORM : ThreadKind.VIRTUAL).run(() -> {
                for (int i = 0; i < 100; i++) {
                    assertThat(numbers.next()).isEqualTo(next[0]++);
                }
            });
        }
        numbers.close();
    }

    /// Threads outside the hub spawn, join, interrupt and kill at the same time. Each task and each join must end.
    @ParameterizedTest
    @EnumSource
    void noWakeUpFromOtherThreadsIsLost(HubMode mode) throws Exception {
        var ended = new AtomicInteger();
        var spawned = new AtomicInteger();
        var failures = new LinkedBlockingQueue<Throwable>();
        try (Hub hub = Hub.open(mode.options().withStallLimit(Duration.ZERO).withListener(new HubMode.Reports()))) {
            long began = System.nanoTime();
            var threads = new ArrayList<Thread>();
            for (int t = 0; t < 3; t++) {
                var random = new Random(t);
                threads.add((t == 0 ? Thread.ofVirtual() : Thread.ofPlatform()).start(() -> {
                    try {
                        while (goesOn(began)) {
                            spawned.incrementAndGet();
                            Task<?> task = hub.spawn(() -> waitInOneWay(hub, random.nextInt(5)));
                            task.link(_ -> ended.incrementAndGet());
                            disturb(task, random.nextInt(4));
                            assertThat(task.join(HubMode.LONG)).as("ended").isTrue();
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

    private static void waitInOneWay(Hub hub, int how) throws Exception {
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

    /// The kill comes after a given number of switches, so that the rounds cover every switch of the killed task.
    @ParameterizedTest
    @EnumSource
    void killedAtEverySwitchPointNothingIsLeft(HubMode mode) throws Exception {
        mode.run(hub -> {
            var pool = new Pool(hub, 1);
            int completed = 0;
            for (int switches = 0; completed < 3; switches++) {
                var open = new AtomicInteger();
                Task<?> victim = hub.spawn(() -> useEverything(hub, pool, open));
                for (int i = 0; i < switches && !victim.isDone(); i++) {
                    hub.yield();
                }
                assertThat(victim.kill(HubMode.LONG)).isTrue();
                completed += victim.phase() == Task.Phase.SUCCEEDED ? 1 : 0;
                assertThat(victim.phase()).isNotEqualTo(Task.Phase.FAILED);
                assertThat(pool.kill(HubMode.LONG)).isTrue();
                assertThat(pool.free()).as("after %s switches", switches).isEqualTo(1);
                assertThat(open.get()).as("finally ran after %s switches", switches).isZero();
            }
        });
    }

    private static void useEverything(Hub hub, Pool pool, AtomicInteger open) throws Exception {
        open.incrementAndGet();
        try {
            hub.yield();
            pool.spawn(() -> hub.yield());
            pool.spawn(() -> hub.yield()).join();
            Timeout.after(HubMode.LONG)
                    .run(() -> hub.joinAll(List.of(hub.spawn(() -> hub.yield()), hub.spawn(() -> {}))));
            hub.sleep(Duration.ofNanos(1));
            hub.blocking(() -> "");
            new Group(hub).map(List.of(1, 2), n -> n);
        } finally {
            open.decrementAndGet();
        }
    }

    /// Closes a generator after each of its values, for each kind of consumer and each depth of delegation.
    @ParameterizedTest
    @EnumSource
    void closedAtEveryValueAGeneratorEndsAllItsBodies(ThreadKind consumer) throws Exception {
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

    // --- large numbers ---

    /// A lost value hangs; a duplicate skips a number.
    @ParameterizedTest
    @EnumSource
    void noValueOfManyIsLost(ThreadKind consumer) throws Exception {
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
    void noSwitchOfManyBetweenGreenletsIsLost(ThreadKind consumer) throws Exception {
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
    void noSwitchOfManyBetweenTasksIsLost(HubMode mode) throws Exception {
        mode.run(hub -> {
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

    /// An AssertJ assertion for each switch would take far longer than the switch.
    private static void check(boolean right, int at) {
        if (!right) {
            throw new AssertionError("a switch was lost or duplicated: " + at);
        }
    }

    @ParameterizedTest
    @EnumSource
    void manyAreAliveAtOnce(HubMode mode) throws Exception {
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
        mode.run(hub -> {
            var group = new Group(hub);
            for (int i = 0; i < ALIVE; i++) {
                group.spawn(() -> hub.sleep(HubMode.LONG));
            }
            hub.yield();
            assertThat(group.size()).isEqualTo(ALIVE);
            assertThat(group.kill(HubMode.LONG)).isTrue();
        });
    }
}
