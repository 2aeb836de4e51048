package dev.polyserve.coroutine.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A hub together with other threads, and blocking calls of the JDK in its tasks.
class HubAndThreadsTest {
    @ParameterizedTest
    @EnumSource
    void otherThreadsSpawnJoinLinkAndKill(HubMode mode) throws Exception {
        try (Hub hub = Hub.open(mode.options().withName("service"))) {
            Task<String> task = hub.spawn("asked", () -> {
                hub.yield();
                return Thread.currentThread().getName();
            });
            assertThat(task.get()).isEqualTo("asked");
            Task<?> endless = hub.spawn(() -> hub.sleep(HubMode.LONG));
            var ended = new CompletableFuture<Task.Phase>();
            endless.link(done -> ended.complete(done.phase()));
            assertThat(endless.join(Duration.ofMillis(1))).isFalse();
            assertThat(endless.kill(HubMode.LONG)).isTrue();
            assertThat(ended.get()).isEqualTo(Task.Phase.KILLED);
            Task<?> failing = hub.spawn(() -> {
                throw new IOException("there");
            });
            assertThatExceptionOfType(ExecutionException.class).isThrownBy(failing::get).havingCause()
                    .withMessage("there");
            assertThatIllegalStateException().isThrownBy(() -> hub.sleep(Duration.ofMillis(1)))
                    .withMessageContaining("only a task of the hub service");
        }
    }

    @ParameterizedTest
    @EnumSource
    @SuppressWarnings("try") // close() is what is tested
    void closingKillsTasksAndAbandonsThoseThatIgnoreIt(HubMode mode) throws Exception {
        Hub hub = Hub.open(mode.options().withKillTimeout(Duration.ofMillis(50)));
        var ignored = new CompletableFuture<Boolean>();
        Task<?> sleeper = hub.spawn(() -> hub.sleep(HubMode.LONG));
        var release = new CountDownLatch(1);
        var begun = new CountDownLatch(1);
        hub.spawn(() -> {
            begun.countDown();
            while (release.getCount() > 0) {
                try {
                    hub.sleep(Duration.ofMillis(1));
                } catch (KilledException e) {
                    ignored.complete(true);
                }
            }
        });
        begun.await();
        hub.killAll();
        sleeper.join();
        assertThat(sleeper.isKilled()).isTrue();
        assertThat(ignored.get(60, TimeUnit.SECONDS)).isTrue();
        hub.close();
        hub.close();
        assertThatIllegalStateException().isThrownBy(() -> hub.spawn(() -> 1)).withMessageContaining("has ended");
        release.countDown();
    }

    @ParameterizedTest
    @EnumSource
    void aTaskSpawnedJustBeforeClosingIsKilled(HubMode mode) throws Exception {
        for (int i = 0; i < 50; i++) {
            Task<?> task;
            try (Hub hub = Hub.open(mode.options().withStallLimit(Duration.ZERO))) {
                task = hub.spawn(() -> hub.sleep(HubMode.LONG));
            }
            assertThat(task.join(HubMode.LONG)).isTrue();
            assertThat(task.isKilled()).isTrue();
            var heard = new CompletableFuture<Boolean>();
            task.link(done -> heard.complete(true));
            assertThat(heard.get(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void hubsJoinEachOthersTasks(HubMode mode) throws Exception {
        try (Hub other = Hub.open(mode.options().withName("other"))) {
            mode.run(hub -> {
                Task<String> there = other.spawn(() -> {
                    other.sleep(Duration.ofMillis(5));
                    return "from there";
                });
                Task<String> here = hub.spawn(() -> "from here");
                assertThat(there.get() + ", " + here.get()).isEqualTo("from there, from here");
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptFromOutsideEndsAWait(HubMode mode) throws Exception {
        mode.run(hub -> {
            Task<String> task = hub.spawn(() -> {
                try {
                    hub.sleep(HubMode.LONG);
                    return "slept";
                } catch (KilledException | TimeoutExpiredException e) {
                    return "told wrongly";
                } catch (InterruptedException e) {
                    return "interrupted";
                }
            });
            hub.yield();
            Thread foreign = Thread.ofPlatform().start(() -> task.thread().interrupt());
            assertThat(task.get()).isEqualTo("interrupted");
            hub.blocking(() -> {
                foreign.join();
                return "";
            });
        });
    }

    // --- blocking calls of the JDK switch ---

    @Test
    void sleepsLocksAndQueuesSwitch() throws Exception {
        HubMode.assumeLent();
        HubMode.LENT.run(hub -> {
            var steps = new ArrayList<String>();
            var queue = new ArrayBlockingQueue<String>(1);
            var channel = new SynchronousQueue<String>();
            var lock = new ReentrantLock();
            Object monitor = new Object();
            var group = new Group(hub);
            group.spawn(() -> steps.add("took " + queue.take()));
            group.spawn(() -> steps.add("met " + channel.take()));
            group.spawn(() -> {
                lock.lock();
                try {
                    synchronized (monitor) {
                        Thread.sleep(2);
                    }
                } finally {
                    lock.unlock();
                }
                queue.put("a");
            });
            group.spawn(() -> {
                lock.lock();
                try {
                    synchronized (monitor) {
                        channel.put("b");
                    }
                } finally {
                    lock.unlock();
                }
            });
            group.join();
            assertThat(steps).containsExactlyInAnyOrder("took a", "met b");
        });
    }

    @Test
    @SuppressWarnings("try") // close() is what is tested
    void socketsSwitchAndClosingOneWakesItsReader() throws Exception {
        HubMode.assumeLent();
        HubMode.LENT.run(hub -> {
            try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
                Task<Integer> server = hub.spawn(() -> {
                    try (Socket client = listener.accept()) {
                        int first = client.getInputStream().read();
                        hub.spawn(() -> client.getInputStream().read()).join();
                        return first;
                    }
                });
                try (Socket client = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort())) {
                    hub.sleep(Duration.ofMillis(2));
                    client.getOutputStream().write(65);
                    Task<Integer> reader = hub.spawn(() -> client.getInputStream().read());
                    hub.sleep(Duration.ofMillis(1));
                    client.close();
                    reader.join();
                    assertThat(reader.error()).containsInstanceOf(SocketException.class);
                    assertThat(server.get()).isEqualTo(65);
                }
            }
            Pipe pipe = Pipe.open();
            Task<?> reader = hub.spawn(() -> pipe.source().read(java.nio.ByteBuffer.allocate(1)));
            hub.yield();
            assertThat(reader.kill(HubMode.LONG)).isTrue();
            assertThat(reader.isKilled()).as("killed by the interrupt that closed its socket").isTrue();
            pipe.sink().close();
        });
    }

    @Test
    void resultsOfOtherThreadsWakeATask() throws Exception {
        HubMode.assumeLent();
        HubMode.LENT.run(hub -> {
            var answer = new CompletableFuture<String>();
            var steps = new ArrayList<String>();
            Task<?> waiting = hub.spawn(() -> steps.add(answer.get()));
            hub.yield();
            Thread.ofPlatform().start(() -> answer.complete("set elsewhere"));
            waiting.get();
            assertThat(steps).containsExactly("set elsewhere");
        });
    }

    @Test
    void aSemaphoreIsFair() throws Exception {
        HubMode.assumeLent();
        HubMode.LENT.run(hub -> {
            var semaphore = new Semaphore(1, true);
            var steps = new ArrayList<Integer>();
            var group = new Group(hub);
            for (int i = 0; i < 3; i++) {
                int me = i;
                group.spawn(() -> {
                    for (int n = 0; n < 2; n++) {
                        semaphore.acquire();
                        steps.add(me);
                        hub.yield();
                        semaphore.release();
                    }
                });
            }
            group.join();
            assertThat(steps).containsExactly(0, 1, 2, 0, 1, 2);
        });
    }

    @Test
    void scopedValuesAndNamesWorkAsInAnyVirtualThread() throws Exception {
        ScopedValue<String> user = ScopedValue.newInstance();
        Hub.run(hub -> {
            Task<Optional<String>> plain = hub.spawn("plain",
                    () -> Optional.ofNullable(user.isBound() ? user.get() : null));
            Task<String> bound = hub.spawn("bound", () -> ScopedValue.where(user, "ann").call(() -> {
                hub.yield();
                return user.get();
            }));
            assertThat(plain.get()).isEmpty();
            assertThat(bound.get()).isEqualTo("ann");
            assertThat(bound.thread().isVirtual()).isTrue();
            assertThat(bound.thread().getName()).isEqualTo("bound");
        });
    }
}
