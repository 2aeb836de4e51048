package dev.polyserve.coroutine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Hand-overs and wake-ups in great numbers, in random orders. `benchmarks/coroutines` does more of it.
class StressTest {
    private static final long SECONDS = 1;
    private static final int ALIVE = 10_000;

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
