package dev.polyserve.coroutine.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A hub on an existing loop, and attached threads that run concurrently with it.
@org.junit.jupiter.api.Timeout(60)
class EmbeddedHubTest {
    private static final Duration SHORT = Duration.ofMillis(5);
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Loop loop = new Loop();
    private final EmbeddedHub host = new EmbeddedHub(loop,
            HubOptions.defaults().withName("host").withKillTimeout(Duration.ofSeconds(10)));
    private final Hub hub = host.hub();

    /// A loop such as that of a window system: one thread, which is not lent.
    private static final class Loop implements HubScheduler {
        private final ScheduledThreadPoolExecutor one = new ScheduledThreadPoolExecutor(1,
                Thread.ofPlatform().name("loop").factory());
        private final Thread thread = CompletableFuture.supplyAsync(Thread::currentThread, one).join();

        @Override
        public void execute(Runnable step) {
            one.execute(step);
        }

        @Override
        public boolean lendsThread() {
            return false;
        }

        @Override
        public boolean isCurrent() {
            return Thread.currentThread().equals(thread);
        }

        @Override
        public boolean isEnded() {
            return one.isTerminated();
        }

        @Override
        public boolean takesTasks() {
            return !one.isShutdown();
        }

        @Override
        public Timer schedule(long delayNanos, Runnable action) {
            ScheduledFuture<?> scheduled = one.schedule(action, delayNanos, TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        }

        @Override
        public void runningTaskChanged(@Nullable Task<?> task) {
            // This loop does not detect stalls.
        }
    }

    @AfterEach
    void end() {
        host.close();
        loop.one.shutdown();
    }

    /// Runs a body in a thread of the host, as a handler runs.
    private <T> T asAttached(TaskCallable<T> work) throws Exception {
        var result = new CompletableFuture<T>();
        Thread.ofVirtual().uncaughtExceptionHandler(host).start(() -> {
            try {
                result.complete(work.run());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            } finally {
                host.detach();
            }
        });
        try {
            return result.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    @Test
    void tasksTakeTurnsOnTheLoop() throws Exception {
        var order = new ArrayList<String>();
        hub.spawn(() -> {
            var tasks = new ArrayList<Task<?>>();
            for (String name : List.of("a", "b")) {
                tasks.add(hub.spawn(name, () -> {
                    for (int i = 0; i < 3; i++) {
                        order.add(name);
                        hub.yield();
                    }
                }));
            }
            hub.joinAll(tasks);
        }).get();
        assertThat(order).containsExactly("a", "b", "a", "b", "a", "b");
        assertThat(hub.lendsThread()).isFalse();
    }

    @Test
    void aCallbackOnTheLoopHasTheHub() {
        loop.thread.setUncaughtExceptionHandler(host);
        assertThat(CompletableFuture.supplyAsync(Hub::current, loop).join()).isSameAs(hub);
        assertThatIllegalStateException().isThrownBy(Hub::current).withMessageContaining("no hub");
    }

    @Test
    void anAttachedThreadWaits() throws Exception {
        List<String> said = asAttached(() -> {
            assertThat(Hub.current()).isSameAs(hub);
            hub.sleep(SHORT);
            hub.yield();
            Task<String> a = hub.spawn(() -> {
                hub.sleep(SHORT);
                return "a";
            });
            Task<String> b = hub.spawn(() -> "b");
            hub.joinAll(List.of(a, b));
            assertThat(hub.join(List.of(a, b), 1, LONG)).isNotEmpty();
            return List.of(a.get(), b.get(), hub.offload(() -> "c"), hub.blocking(() -> "d"));
        });
        assertThat(said).containsExactly("a", "b", "c", "d");
    }

    @Test
    void anAttachedThreadHasTimeLimitsRepeatedly() throws Exception {
        int late = asAttached(() -> {
            Timeout limit = Timeout.after(SHORT);
            int count = 0;
            for (int i = 0; i < 20; i++) {
                boolean waits = i % 2 == 0;
                String said = limit.callOr("late", () -> {
                    if (waits) {
                        hub.sleep(LONG);
                    }
                    return "done";
                });
                assertThat(said).isEqualTo(waits ? "late" : "done");
                count += waits ? 1 : 0;
            }
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            return count;
        });
        assertThat(late).isEqualTo(10);
    }

    @Test
    void anAttachedThreadIsKilledWhereItWaits() throws Exception {
        var attached = new CompletableFuture<Task<?>>();
        var ended = new CompletableFuture<String>();
        Thread.ofVirtual().uncaughtExceptionHandler(host).start(() -> {
            attached.complete(Task.current());
            try {
                hub.sleep(LONG);
                ended.complete("slept");
            } catch (InterruptedException e) {
                ended.complete(e instanceof KilledException ? "killed" : e.toString());
            } finally {
                host.detach();
            }
        });
        assertThat(attached.get().kill(LONG)).isTrue();
        assertThat(ended.get()).isEqualTo("killed");
        assertThat(attached.get().isKilled()).isTrue();
    }

    @Test
    void anAttachedThreadIsOneTaskUntilItDetaches() throws Exception {
        Task<?> attached = asAttached(() -> {
            assertThat(Task.current()).isSameAs(Task.current());
            assertThat(Task.current().phase()).isEqualTo(Task.Phase.RUNNING);
            return Task.current();
        });
        assertThat(attached.join(LONG)).isTrue();
        awaitNoneAttached();
        assertThat(attached.phase()).isEqualTo(Task.Phase.SUCCEEDED);
        asAttached(() -> assertThat(Task.current()).isNotSameAs(attached));
    }

    /// The thread is removed just after its task has ended.
    private void awaitNoneAttached() {
        while (host.attachedThreads() > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void concurrentAttachedThreadsCannotUseGroupsAndPools() throws Exception {
        asAttached(() -> {
            assertThatIllegalStateException().isThrownBy(() -> new Pool(hub, 1).spawn(() -> "x"))
                    .withMessageContaining("concurrently with the hub host").withMessageContaining("use a pool")
                    .withMessageContaining("Hub.spawn");
            assertThatIllegalStateException().isThrownBy(() -> new Group(hub).spawn(() -> "x"))
                    .withMessageContaining("use a group");
            return "refused";
        });
    }

    @Test
    void closingKillsTasksButNotAttachedThreads() throws Exception {
        Task<?> task = hub.spawn(() -> hub.sleep(LONG));
        assertThat(asAttached(() -> {
            hub.spawn(() -> {}).get();
            host.close(); // close() does not wait here
            return task.join(LONG);
        })).isTrue();
        assertThat(task.isKilled()).isTrue();
        Task<?> another = hub.spawn(() -> hub.sleep(LONG));
        host.close();
        assertThat(another.isKilled()).isTrue();
    }
}
