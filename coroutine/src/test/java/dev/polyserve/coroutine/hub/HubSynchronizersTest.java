package dev.polyserve.coroutine.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The synchronizers of `java.util.concurrent` in tasks, for which gevent has classes of its own.
///
/// Several tasks wait, and some of them time out or are killed, which must lose no event. Blocking calls are made in
/// [Hub#blocking], which only makes the call where threads are lent.
class HubSynchronizersTest {
    private static final Duration MILLI = Duration.ofMillis(1);
    private static final int ROUNDS = 20;

    private static BlockingQueue<String> queue(int capacity) {
        return switch (capacity) {
            case 0 -> new SynchronousQueue<>(true);
            case Integer.MAX_VALUE -> new LinkedBlockingQueue<>();
            default -> new ArrayBlockingQueue<>(capacity, true);
        };
    }

    private static Task<String> taking(Hub hub, BlockingQueue<String> queue) throws InterruptedException {
        return waiting(hub, hub.spawn(() -> hub.blocking(queue::take)));
    }

    /// Returns once the task waits.
    private static <T> Task<T> waiting(Hub hub, Task<T> task) throws InterruptedException {
        while (task.thread().getState() != Thread.State.WAITING
                && task.thread().getState() != Thread.State.TIMED_WAITING) {
            hub.yield();
        }
        return task;
    }

    // --- events ---

    /// An event that is set and cleared at once wakes all present waiters and no later one.
    @ParameterizedTest
    @EnumSource
    void aPulseWakesAllPresentWaiters(HubMode mode) throws Exception {
        mode.run(hub -> {
            var pulses = new Phaser(1);
            var waiting = new ArrayList<Task<?>>();
            for (int i = 0; i < 3; i++) {
                waiting.add(awaiting(hub, pulses));
            }
            assertThat(waiting.getFirst().kill(HubMode.LONG)).isTrue();
            pulses.arrive();
            Task<?> late = awaiting(hub, pulses);
            hub.joinAll(waiting.subList(1, 3));
            assertThat(late.isDone()).as("waits for the next one").isFalse();
            pulses.arrive();
            assertThat(late.join(HubMode.LONG)).isTrue();
        });
    }

    private static Task<?> awaiting(Hub hub, Phaser pulses) throws InterruptedException {
        int seen = pulses.getPhase();
        return waiting(hub, hub.spawn(() -> hub.blocking(() -> pulses.awaitAdvanceInterruptibly(seen))));
    }

    @ParameterizedTest
    @EnumSource
    void aLatchOpenedByAnotherThreadWakesAllAndStaysOpen(HubMode mode) throws Exception {
        mode.run(hub -> {
            var latch = new CountDownLatch(1);
            TaskCallable<String> body = () -> hub.blocking(() -> {
                latch.await();
                return "";
            });
            var waiting = List.of(waiting(hub, hub.spawn(body)), waiting(hub, hub.spawn(body)));
            Thread.ofPlatform().start(latch::countDown);
            hub.joinAll(waiting);
            hub.spawn(body).join();
        });
    }

    // --- results ---

    @ParameterizedTest
    @EnumSource
    void aResultOfAnotherThreadWakesAllThatStillWait(HubMode mode) throws Exception {
        mode.run(hub -> {
            var answer = new CompletableFuture<String>();
            TaskCallable<String> body = () -> hub.blocking(answer::get);
            Task<String> first = waiting(hub, hub.spawn(body));
            Task<String> impatient = hub.spawn(() -> Timeout.after(MILLI).callOr("gave up", body));
            Task<String> killed = waiting(hub, hub.spawn(body));
            assertThat(impatient.get()).isEqualTo("gave up");
            assertThat(killed.kill(HubMode.LONG)).isTrue();
            Thread.ofPlatform().start(() -> answer.complete("set elsewhere"));
            assertThat(first.get()).isEqualTo("set elsewhere");
            assertThat(hub.spawn(body).get()).as("later").isEqualTo("set elsewhere");
        });
    }

    // --- queues ---

    @ParameterizedTest
    @EnumSource
    void aFullQueueKeepsItsProducersInOrder(HubMode mode) throws Exception {
        mode.run(hub -> {
            var queue = queue(1);
            queue.put("0");
            var producers = new ArrayList<Task<?>>();
            for (String item : List.of("1", "2", "3")) {
                producers.add(putting(hub, queue, item));
            }
            assertThat(producers.get(1).kill(HubMode.LONG)).isTrue();
            var taken = new ArrayList<String>();
            for (int i = 0; i < 3; i++) {
                taken.add(taking(queue, hub));
            }
            assertThat(taken).as("without the item of the killed producer").containsExactly("0", "1", "3");
            assertThat(queue).isEmpty();
        });
    }

    private static String taking(BlockingQueue<String> queue, Hub hub) throws Exception {
        return hub.blocking(queue::take);
    }

    private static Task<?> putting(Hub hub, BlockingQueue<String> queue, String item) throws InterruptedException {
        return waiting(hub, hub.spawn(() -> hub.blocking(() -> {
            queue.put(item);
            return item;
        })));
    }

    @ParameterizedTest
    @EnumSource
    void consumersThatTimeOutOrAreKilledTakeNoItem(HubMode mode) throws Exception {
        mode.run(hub -> {
            for (int capacity : new int[]{0, 1, Integer.MAX_VALUE}) {
                var queue = queue(capacity);
                Task<String> impatient = hub.spawn(
                        () -> Timeout.after(MILLI).callOr("gave up", () -> hub.blocking(queue::take)));
                Task<String> killed = taking(hub, queue);
                Task<String> patient = taking(hub, queue);
                assertThat(impatient.get()).isEqualTo("gave up");
                assertThat(killed.kill(HubMode.LONG)).isTrue();
                hub.blocking(() -> {
                    queue.put("item");
                    return "";
                });
                assertThat(patient.get()).as("of a queue for %s", capacity).isEqualTo("item");
            }
        });
    }

    /// Whichever comes first, the item is in the queue or was taken by the task, which then ended without being killed.
    @ParameterizedTest
    @EnumSource
    void anItemThatMeetsAKillIsNotLost(HubMode mode) throws Exception {
        mode.run(hub -> {
            for (int capacity : new int[]{0, 1, Integer.MAX_VALUE}) {
                for (int round = 0; round < ROUNDS; round++) {
                    var queue = queue(capacity);
                    Task<String> consumer = taking(hub, queue);
                    boolean itemFirst = round % 2 == 0;
                    if (!itemFirst) {
                        consumer.kill();
                    }
                    boolean accepted = queue.offer("item");
                    if (itemFirst) {
                        consumer.kill();
                    }
                    consumer.join();
                    long taken = consumer.phase() == Task.Phase.SUCCEEDED ? 1 : 0;
                    assertThat(taken + queue.size()).as("of a queue for %s, item first: %s", capacity, itemFirst)
                            .isEqualTo(accepted ? 1 : 0);
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void aRendezvousNeedsBothSides(HubMode mode) throws Exception {
        mode.run(hub -> {
            var channel = queue(0);
            assertThat(channel.offer("without a consumer")).isFalse();
            Task<?> killed = putting(hub, channel, "of a killed producer");
            Task<?> producer = putting(hub, channel, "a");
            assertThat(killed.kill(HubMode.LONG)).isTrue();
            assertThat(producer.isDone()).as("waits for a consumer").isFalse();
            assertThat(hub.spawn(() -> hub.blocking(channel::take)).get()).isEqualTo("a");
            assertThat(producer.join(HubMode.LONG)).isTrue();
            Task<String> consumer = taking(hub, channel);
            assertThat(channel.offer("b")).as("a consumer waits").isTrue();
            assertThat(consumer.get()).isEqualTo("b");
        });
    }

    // --- semaphores ---

    @ParameterizedTest
    @EnumSource
    void aFairSemaphoreServesTheRemainingWaitersInOrder(HubMode mode) throws Exception {
        mode.run(hub -> {
            var semaphore = new Semaphore(0, true);
            var served = new ArrayList<Integer>();
            var tasks = new ArrayList<Task<?>>();
            for (int i = 0; i < 5; i++) {
                tasks.add(waiting(hub, hub.spawn(() -> acquire(hub, semaphore))));
            }
            IntStream.range(0, 5).forEach(i -> tasks.get(i).link(done -> {
                if (!done.isKilled()) {
                    served.add(i);
                }
            }));
            assertThat(tasks.getFirst().kill(HubMode.LONG)).isTrue();
            assertThat(tasks.get(3).kill(HubMode.LONG)).isTrue();
            for (int i : new int[]{1, 2, 4}) {
                semaphore.release();
                assertThat(tasks.get(i).join(HubMode.LONG)).isTrue();
            }
            hub.yield();
            assertThat(served).containsExactly(1, 2, 4);
            assertThat(semaphore.availablePermits()).isZero();
        });
    }

    private static String acquire(Hub hub, Semaphore semaphore) throws Exception {
        return hub.blocking(() -> {
            semaphore.acquire();
            return "";
        });
    }
}
